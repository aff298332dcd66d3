using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>A prepared statement whose parameters are given by position.</summary>
internal sealed partial class SqliteStatement : IDisposable
{
    private readonly SqliteCommand command;

    /// <summary>Prepares a statement when it is first used.</summary>
    public SqliteStatement(SqliteConnection connection, string sql)
    {
        command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in ParametersOf(sql))
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
    }

    /// <summary>Names of the parameters of a statement, in the order in which they first appear.</summary>
    public static List<string> ParametersOf(string sql) => [.. ParameterPattern().Matches(sql).Select(match => match.Value).Distinct()];

    /// <summary>The statement with other names for its parameters.</summary>
    public static string Renamed(string sql, Func<string, string> rename) => ParameterPattern().Replace(sql, match => rename(match.Value));

    /// <summary>Runs it and gives the number of rows it changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteNonQuery();
    }

    /// <summary>Runs it and gives its rows; the caller disposes the reader before the statement is used again.</summary>
    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return command.ExecuteReader();
    }

    /// <summary>Runs it and gives the number it answers with.</summary>
    public long Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return (long)command.ExecuteScalar()!;
    }

    /// <inheritdoc/>
    public void Dispose() => command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        var parameters = command.Parameters;
        if (values.Length != parameters.Count)
        {
            throw new ArgumentException($"The statement takes {parameters.Count} values and got {values.Length}: {command.CommandText}", nameof(values));
        }

        for (var i = 0; i < values.Length; i++)
        {
            parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    [GeneratedRegex("@[a-z0-9]+")]
    private static partial Regex ParameterPattern();
}
