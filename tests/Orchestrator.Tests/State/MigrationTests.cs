using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>Stores of earlier releases are opened, brought to the present schema, and keep everything.</summary>
public sealed class MigrationTests
{
    /// <summary>Every version before the present one.</summary>
    public static TheoryData<int> EarlierVersions => [.. Enumerable.Range(1, Schema.Version - 1)];

    [Theory]
    [MemberData(nameof(EarlierVersions))]
    public async Task Store_of_an_earlier_version_keeps_everything(int version)
    {
        await using var store = TestStore.Start();
        await FillAsync(store);
        await store.StopAsync();
        var tables = MakeEarlier(store.Path, version);
        var before = Dump(store.Path, tables);

        store.Open();
        var node = Assert.Single(store.Writer.Current.Nodes.Values);
        Assert.Equal(2, store.Writer.Current.Jobs.Count);
        Assert.Equal(before, Dump(store.Path, tables));

        await store.RunAsync(context => Assert.Null(NodeDrains.Begin(context.Draft, node.Id, TimeSpan.FromMinutes(1), context.Now)));
        var drain = new NodeDrain(store.Clock.GetUtcNow(), store.Clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        await store.RestartAsync();
        Assert.Equal(drain, store.Writer.Current.Nodes[node.Id].Drain);
    }

    private static async Task FillAsync(TestStore store)
    {
        var running = await store.SubmitAsync("running", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("running", 3) });
        await store.SubmitAsync("waiting");
        await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            var placed = SampleJobs.Place(context, running.Id, 0, "n-1");
            SampleJobs.Complete(context, placed.Id, new ExecutionEnd(null, null, [1, 2, 3]));
            SampleJobs.Place(context, running.Id, 1, "n-1");
        });
    }

    /// <summary>Puts in the place of a store one that has the same rows and the schema of an earlier version. Gives that one's tables with their columns.</summary>
    private static Dictionary<string, string> MakeEarlier(string path, int version)
    {
        File.Move(path, path + ".now");
        using var connection = Connect(path);
        foreach (var statement in Schema.Migrations.Take(version).SelectMany(Schema.ForSqlite))
        {
            Execute(connection, statement);
        }

        var tables = Rows(connection, "SELECT t.name, group_concat(c.name) FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' GROUP BY t.name")
            .Select(row => row.Split('|')).ToDictionary(row => row[0], row => row[1]);
        Execute(connection, $"ATTACH '{path}.now' AS present");
        foreach (var (table, columns) in tables)
        {
            Execute(connection, $"INSERT INTO {table} ({columns}) SELECT {columns} FROM present.{table}");
        }

        Execute(connection, $"UPDATE store SET schema_version = {version}");
        tables.Remove("store");
        return tables;
    }

    private static List<string> Dump(string path, Dictionary<string, string> tables)
    {
        using var connection = Connect(path);
        return [.. tables.OrderBy(table => table.Key, StringComparer.Ordinal).SelectMany(table =>
            Rows(connection, $"SELECT {string.Join(", ", table.Value.Split(',').Select(column => $"quote({column})"))} FROM {table.Key} ORDER BY 1, 2")
                .Select(row => $"{table.Key}: {row}"))];
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }
}
