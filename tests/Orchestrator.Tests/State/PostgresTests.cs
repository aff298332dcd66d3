using System.Reflection;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Npgsql;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>The store will run on PostgreSQL too; until it does, a real server says whether it understands the schema and every statement.</summary>
public sealed class PostgresTests
{
    private const string Variable = "BACALHAU_TEST_POSTGRES";

    [Fact]
    public async Task PostgreSQL_understands_the_schema_and_every_statement()
    {
        var server = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(server), $"{Variable} names no PostgreSQL server.");
        var database = $"store_{Guid.NewGuid():N}";
        await using var admin = NpgsqlDataSource.Create(server!);
        await ExecuteAsync(admin, $"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'");
        try
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { Database = database, Pooling = false }.ToString());
            await using var connection = await source.OpenConnectionAsync();
            foreach (var (index, migration) in Schema.Migrations.Index())
            {
                foreach (var statement in Schema.ForPostgres(migration))
                {
                    await ExecuteAsync(connection, statement);
                }

                if (index == 0)
                {
                    // Later migrations find rows.
                    await ExecuteAsync(connection, "INSERT INTO nodes VALUES (1, 'n-1', 'U1', 1, 7, 0, '', '{}', 0, 0)");
                }
            }

            Assert.Equal("", string.Join('\n', await ProblemsAsync(connection)));
        }
        finally
        {
            await ExecuteAsync(admin, $"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    private static async Task<List<string>> ProblemsAsync(NpgsqlConnection connection)
    {
        var problems = new List<string>();
        foreach (var (name, sql) in AllStatements())
        {
            var parameters = SqliteStatement.ParametersOf(sql);
            var numbered = SqliteStatement.Renamed(sql, parameter => $"${parameters.IndexOf(parameter) + 1}");
            try
            {
                await ExecuteAsync(connection, $"PREPARE statement AS {numbered}");
                await ExecuteAsync(connection, "DEALLOCATE statement");
            }
            catch (PostgresException e)
            {
                problems.Add($"{name}: {e.MessageText}");
            }
        }

        return problems;
    }

    private static IEnumerable<(string Name, string Sql)> AllStatements()
    {
        var names = new[] { "ExecutionColumns", "ExecutionValues", "ExecutionChanges", "JobColumns", "ExecutionRead", "ExecutionEndRead" };
        var fixedOnes = typeof(Statements).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => field.IsLiteral && !names.Contains(field.Name))
            .Select(field => (field.Name, (string)field.GetRawConstantValue()!));
        return fixedOnes.Concat(ListStatements());
    }

    private static IEnumerable<(string Name, string Sql)> ListStatements()
    {
        LabelRequirement[] labels =
        [
            new() { Key = "a", Operator = "=", Values = ["1"] },
            new() { Key = "b", Operator = "notin", Values = ["1", "2"] },
            new() { Key = "c", Operator = "exists" },
            new() { Key = "d", Operator = "gt", Values = ["1"] },
        ];
        foreach (var byChange in (bool[])[false, true])
        {
            foreach (var newestFirst in (bool[])[false, true])
            {
                var jobs = new JobListQuery { ByChange = byChange, NewestFirst = newestFirst };
                var executions = new ExecutionListQuery { Job = 1, ByChange = byChange, NewestFirst = newestFirst };
                yield return ($"jobs {byChange} {newestFirst}", ListStatement.Jobs(jobs).Sql);
                jobs = jobs with { Namespace = "default", State = JobState.Running, Labels = [.. labels], After = new PagePlace(1, 2) };
                yield return ($"filtered jobs {byChange} {newestFirst}", ListStatement.Jobs(jobs).Sql);
                yield return ($"executions {byChange} {newestFirst}", ListStatement.Executions(executions).Sql);
                yield return ($"next executions {byChange} {newestFirst}", ListStatement.Executions(executions with { Version = 1, After = new PagePlace(1, 2) }).Sql);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        // NpgsqlCommand would take $1 for a parameter of its own.
        await using var batch = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await batch.ExecuteNonQueryAsync();
    }
}
