using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.TestKit.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>A store in a folder of its own, with its writer, that can be started again.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("bacalhau-store-").FullName;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    public CountingIds Ids { get; } = new();

    public StateWriter Writer { get; private set; } = null!;

    public string Folder => folder;

    public string Path => System.IO.Path.Combine(folder, "orchestrator.db");

    /// <summary>Wraps every commit of writers started after it was set.</summary>
    public Action<Action> Commit { get; set; } = commit => commit();

    public static TestStore Start()
    {
        var store = new TestStore();
        store.Open();
        return store;
    }

    /// <summary>A store whose folder's writes are recorded; whoever starts it disposes the recorder.</summary>
    public static TestStore Start(out DiskRecorder disk)
    {
        var store = new TestStore();
        disk = DiskRecorder.Start(store.folder);
        store.Open();
        return store;
    }

    public void Open() => Writer = StateWriter.Start(
        StateStore.Open(Path, Ids),
        new StateWriterOptions { Clock = Clock, Ids = Ids, ReadDemand = SampleJobs.ReadDemand, Commit = step => Commit(step) },
        NullLogger<StateWriter>.Instance);

    public async Task StopAsync()
    {
        await Writer.DisposeAsync();
        Writer.Store.Dispose();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        Open();
    }

    /// <summary>Copies the store while it is at work.</summary>
    public async Task CopyAsync(string name)
    {
        await using var reader = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        await reader.OpenAsync();
        await using var command = reader.CreateCommand();
        command.CommandText = "VACUUM INTO @file";
        command.Parameters.AddWithValue("@file", System.IO.Path.Combine(folder, name));
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Starts again with a copy in the store's place.</summary>
    public async Task RestoreAsync(string name)
    {
        await StopAsync();
        foreach (var rest in new[] { "-wal", "-shm" })
        {
            File.Delete(Path + rest);
        }

        File.Copy(System.IO.Path.Combine(folder, name), Path, overwrite: true);
        Open();
    }

    public Task<T> RunAsync<T>(Func<StateContext, T> decide) => Writer.RunAsync(new Request<T>(decide), CancellationToken.None);

    public Task RunAsync(Action<StateContext> decide) => RunAsync(context =>
    {
        decide(context);
        return true;
    });

    /// <summary>Puts a job of a sample, as a submit does.</summary>
    public Task<LiveJob> SubmitAsync(string name, Func<LiveJob, LiveJob>? change = null, JobSubmission? submission = null) =>
        RunAsync(context => SampleJobs.Submit(context, name, change, submission));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A request made of a function.</summary>
internal sealed class Request<T>(Func<StateContext, T> decide) : StateRequest<T>
{
    public override T Decide(StateContext context) => decide(context);
}

/// <summary>Ids that count.</summary>
internal sealed class CountingIds : IIdSource
{
    private int last;

    public Guid Next() => new(++last, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
