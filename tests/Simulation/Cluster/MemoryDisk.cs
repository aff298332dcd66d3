using Microsoft.Data.Sqlite;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A disk with one database; each process opens it anew, and what was not committed when the process died is gone.</summary>
internal sealed class MemoryDisk : IDisposable
{
    private static int _last;

    private readonly string source = $"Data Source=simulation-{Interlocked.Increment(ref _last)};Mode=Memory;Cache=Shared;Pooling=False";
    private readonly SqliteConnection keeper;

    public MemoryDisk()
    {
        keeper = new SqliteConnection(source);
        keeper.Open();
    }

    /// <summary>A new connection, not open yet.</summary>
    public SqliteConnection Connect() => new(source);

    /// <summary>A new open connection.</summary>
    public SqliteConnection Open()
    {
        var connection = Connect();
        connection.Open();
        return connection;
    }

    public void Dispose() => keeper.Dispose();
}
