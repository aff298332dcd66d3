using System.Collections.Concurrent;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.State;

/// <summary>The writer as the simulator runs it: on one thread, over one database in memory that outlives crashes.</summary>
public sealed class InlineWriterTests
{
    private static readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Everything_happens_on_the_callers_thread()
    {
        var thread = Environment.CurrentManagedThreadId;
        Run(async connection =>
        {
            var writer = Start(connection, commit => commit());
            using var queries = JobQueries.OnWritersConnection(writer.Store);
            var jobs = await Task.WhenAll(SubmitAsync(writer, "one"), SubmitAsync(writer, "two"));
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            Assert.Equal(1, writer.Transactions);
            Assert.Equal("one", queries.Job(jobs[0].Id)!.Name);
            await writer.DisposeAsync();
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_crash_in_a_commit_leaves_all_of_it_or_nothing(bool isOnDisk) => Run(async connection =>
    {
        var writer = Start(connection, commit =>
        {
            if (isOnDisk)
            {
                commit();
            }

            throw new IOException("crash");
        });
        await Assert.ThrowsAsync<StoreUnavailableException>(() => SubmitAsync(writer, "one"));

        var next = Start(connection, commit => commit());
        Assert.Equal(isOnDisk ? 1 : 0, next.Current.Jobs.Count);
        await SubmitAsync(next, "two");
    });

    private static StateWriter Start(SqliteConnection connection, Action<Action> commit)
    {
        var ids = new CountingIds();
        return StateWriter.StartInline(
            StateStore.Over(connection, ids),
            new StateWriterOptions { Clock = _clock, Ids = ids, ReadDemand = SampleJobs.ReadDemand, Commit = commit },
            NullLogger<StateWriter>.Instance);
    }

    private static Task<LiveJob> SubmitAsync(StateWriter writer, string name) =>
        writer.RunAsync(new Request<LiveJob>(context => SampleJobs.Submit(context, name, job => job with { Id = new($"j-{name}") })), CancellationToken.None);

    private static void Run(Func<SqliteConnection, Task> work)
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        var before = SynchronizationContext.Current;
        var thread = new OneThread();
        SynchronizationContext.SetSynchronizationContext(thread);
        try
        {
            thread.RunUntilDone(work(connection));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class OneThread : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> posted = [];

        public override void Post(SendOrPostCallback d, object? state) => posted.Add((d, state));

        public void RunUntilDone(Task task)
        {
            task.GetAwaiter().OnCompleted(posted.CompleteAdding);
            foreach (var (callback, state) in posted.GetConsumingEnumerable())
            {
                callback(state);
            }

            task.GetAwaiter().GetResult();
        }
    }
}
