using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>Connections that read the store beside its writer, opened when one is needed and kept.</summary>
internal sealed class StoreReaders : IDisposable
{
    private readonly ConcurrentBag<SqliteConnection> idle = [];
    private readonly SqliteConnection? only;
    private readonly string path = "";

    /// <summary>Opens connections to a file.</summary>
    public StoreReaders(string path) => this.path = path;

    /// <summary>Reads on one connection that somebody else owns.</summary>
    public StoreReaders(SqliteConnection only) => this.only = only;

    /// <summary>The first row of a statement, or null.</summary>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
        where T : class => Stream(sql, read, values).FirstOrDefault();

    /// <summary>All rows of a statement.</summary>
    public ImmutableArray<T> All<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values) => [.. Stream(sql, read, values)];

    /// <summary>The rows of a statement one by one; its transaction ends when the caller stops.</summary>
    public IEnumerable<T> Stream<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
    {
        var connection = Take();
        try
        {
            using var statement = new SqliteStatement(connection, sql);
            using var rows = statement.Read(values);
            while (rows.Read())
            {
                yield return read(rows);
            }
        }
        finally
        {
            Return(connection);
        }
    }

    /// <summary>A page of a statement without a limit of its own.</summary>
    public Page<T> Page<T>(
        string sql,
        object?[] values,
        int limit,
        Func<SqliteDataReader, T> read,
        Func<T, PagePlace> placeOf,
        Func<SqliteConnection, T, bool>? isShown = null)
    {
        var connection = Take();
        try
        {
            using var statement = new SqliteStatement(connection, sql);
            using var rows = statement.Read(values);
            var items = ImmutableArray.CreateBuilder<T>();
            while (rows.Read())
            {
                var item = read(rows);
                if (isShown?.Invoke(connection, item) ?? true)
                {
                    if (limit > 0 && items.Count == limit)
                    {
                        return new(items.ToImmutable(), placeOf(items[^1]));
                    }

                    items.Add(item);
                }
            }

            return new(items.ToImmutable(), null);
        }
        finally
        {
            Return(connection);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    private SqliteConnection Take()
    {
        if (only is not null)
        {
            return only;
        }

        if (idle.TryTake(out var connection))
        {
            return connection;
        }

        connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private void Return(SqliteConnection connection)
    {
        if (connection != only)
        {
            idle.Add(connection);
        }
    }
}
