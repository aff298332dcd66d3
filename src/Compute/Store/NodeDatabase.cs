using System.Text.Json;
using Bacalhau.Core;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Compute.Store;

/// <summary>The node's SQLite file. One user at a time; every call is synchronous.</summary>
internal sealed class NodeDatabase : IDisposable
{
    private const long SchemaVersion = 1;
    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand update;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand remember;

    /// <param name="connection">Open; becomes the database's own.</param>
    /// <exception cref="NodeStoreException">The file was written by a newer program.</exception>
    public NodeDatabase(SqliteConnection connection)
    {
        this.connection = connection;
        Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        CreateSchema();
        insert = Prepare("INSERT INTO executions (key, id, body) VALUES ($key, $id, $body)", "$key", "$id", "$body");
        update = Prepare("UPDATE executions SET body = $body WHERE key = $key", "$body", "$key");
        delete = Prepare("DELETE FROM executions WHERE key = $key", "$key");
        remember = Prepare("INSERT INTO memory (key, body) VALUES (1, $body) ON CONFLICT (key) DO UPDATE SET body = excluded.body", "$body");
    }

    /// <summary>Rows written since the database was opened.</summary>
    public long RowWrites { get; private set; }

    /// <summary>Reads everything.</summary>
    public NodeStoreState Load()
    {
        var state = NodeStoreState.Empty;
        var held = state.Held.ToBuilder();
        using var read = connection.CreateCommand();
        read.CommandText = "SELECT key, body FROM executions ORDER BY key";
        using (var rows = read.ExecuteReader())
        {
            while (rows.Read())
            {
                var execution = JsonSerializer.Deserialize((byte[])rows[1], NodeStoreJson.Default.HeldExecution)! with { Key = rows.GetInt64(0) };
                held[execution.Id] = execution;
            }
        }

        read.CommandText = "SELECT body FROM memory WHERE key = 1";
        var memory = read.ExecuteScalar() is byte[] body ? JsonSerializer.Deserialize(body, NodeStoreJson.Default.ClusterMemory)! : state.Memory;
        return new NodeStoreState(memory, held.ToImmutable());
    }

    /// <summary>Writes what differs between two states, as one transaction that is on disk when this returns.</summary>
    /// <param name="before">What is on disk now.</param>
    /// <param name="changes">Executions to write; null to remove.</param>
    /// <param name="memory">What to remember of the cluster; null for no change.</param>
    /// <exception cref="SqliteException">Nothing was written, or it is not known whether it was: load again.</exception>
    public void Write(NodeStoreState before, IEnumerable<KeyValuePair<ExecutionId, HeldExecution?>> changes, ClusterMemory? memory)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var (id, execution) in changes)
            {
                WriteRow(before.Find(id), execution);
            }

            if (memory is not null)
            {
                Run(remember, JsonSerializer.SerializeToUtf8Bytes(memory, NodeStoreJson.Default.ClusterMemory));
            }

            Execute("COMMIT");
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in new[] { insert, update, delete, remember })
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private void WriteRow(HeldExecution? known, HeldExecution? wanted)
    {
        if (wanted is null)
        {
            if (known is not null)
            {
                Run(delete, known.Key);
            }

            return;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(wanted, NodeStoreJson.Default.HeldExecution);
        if (known is null)
        {
            Run(insert, wanted.Key, wanted.ExecutionId, body);
        }
        else
        {
            Run(update, body, known.Key);
        }
    }

    private void CreateSchema()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = (long)command.ExecuteScalar()!;
        if (version > SchemaVersion)
        {
            throw new NodeStoreException(
                $"The node's store was written by a newer release (schema {version}, this one knows {SchemaVersion}). Start that release, or give this node an empty data directory.");
        }

        if (version == 0)
        {
            Execute(
                $"""
                BEGIN IMMEDIATE;
                CREATE TABLE IF NOT EXISTS memory (key INTEGER PRIMARY KEY, body BLOB NOT NULL);
                CREATE TABLE IF NOT EXISTS executions (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
                PRAGMA user_version = {SchemaVersion};
                COMMIT;
                """);
        }
    }

    private void RollBack()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, as it does when the disk is full.
        }
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        command.ExecuteNonQuery();
        RowWrites++;
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
