using Bacalhau.Core;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Orchestrator.State;

/// <summary>
/// The orchestrator's database: opened or made, brought to the present schema, and begun a new term in. It belongs to one process at a time, which its data
/// directory's lock sees to.
/// </summary>
public sealed class StateStore : IDisposable
{
    private readonly bool ownsConnection;

    private StateStore(SqliteConnection connection, string path, bool ownsConnection, IIdSource ids)
    {
        Connection = connection;
        Path = path;
        this.ownsConnection = ownsConnection;
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA temp_store = MEMORY");
        Execute("PRAGMA busy_timeout = 10000");
        (ClusterId, Term) = Begin(ids);
    }

    /// <summary>Random id made with the store; nodes of another cluster refuse it.</summary>
    public string ClusterId { get; }

    /// <summary>Counts the starts of orchestrators on this store; messages of lower terms are dropped.</summary>
    public long Term { get; internal set; }

    /// <summary>Path of the database; empty in memory.</summary>
    public string Path { get; }

    /// <summary>The writer's connection.</summary>
    internal SqliteConnection Connection { get; }

    /// <summary>Opens the store at a path, or makes it, and begins a new term.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be opened, or was written by a newer release.</exception>
    public static StateStore Open(string path, IIdSource ids)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return new(connection, path, ownsConnection: true, ids);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new StoreUnavailableException(StoreProblem.WhileOpening(path, e), e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a store over a connection that somebody else keeps open, as the simulator does with its database in memory.</summary>
    internal static StateStore Over(SqliteConnection connection, IIdSource ids) => new(connection, "", ownsConnection: false, ids);

    /// <summary>Runs a statement without parameters.</summary>
    internal void Execute(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsConnection)
        {
            Connection.Dispose();
        }
    }

    private (string ClusterId, long Term) Begin(IIdSource ids)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            Migrate(ids);
            using var nextTerm = new SqliteStatement(Connection, Statements.NextTerm);
            var term = nextTerm.Number();
            Execute("COMMIT");
            return (ReadRow()!.Value.ClusterId, term);
        }
        catch
        {
            if (SQLitePCL.raw.sqlite3_get_autocommit(Connection.Handle) == 0)
            {
                Execute("ROLLBACK");
            }

            throw;
        }
    }

    private void Migrate(IIdSource ids)
    {
        var version = ReadRow()?.SchemaVersion ?? 0;
        if (version > Schema.Version)
        {
            throw new StoreUnavailableException(
                $"The store {Path} was written by a newer release (schema {version}; this one knows {Schema.Version}). " +
                "Start that release again, or name another data directory.");
        }

        foreach (var migration in Schema.Migrations.Skip(version))
        {
            foreach (var statement in Schema.ForSqlite(migration))
            {
                Execute(statement);
            }
        }

        if (version == 0)
        {
            using var create = new SqliteStatement(Connection, Statements.CreateStore);
            create.Run(Schema.Version, ids.Next().ToString("D"));
        }
        else if (version < Schema.Version)
        {
            using var update = new SqliteStatement(Connection, Statements.SetSchemaVersion);
            update.Run(Schema.Version);
        }
    }

    private (int SchemaVersion, string ClusterId)? ReadRow()
    {
        using var tables = new SqliteStatement(Connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'store'");
        if (tables.Number() == 0)
        {
            return null;
        }

        using var read = new SqliteStatement(Connection, Statements.ReadStore);
        using var row = read.Read();
        return row.Read() ? (row.GetInt32(0), row.GetString(1)) : null;
    }
}
