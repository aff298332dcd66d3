using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Orchestrator.Tests.State;

public sealed class RetentionTests
{
    [Fact]
    public async Task Finished_jobs_go_with_all_they_left_after_their_time()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var (old, execution) = await FinishAsync(store, "old", executions: 600);
        store.Clock.Advance(TimeSpan.FromDays(20));
        var (recent, _) = await FinishAsync(store, "recent");
        store.Clock.Advance(TimeSpan.FromDays(11));

        await CollectAsync(store, queries, new RetentionOptions());
        Assert.Null(queries.Job(old));
        Assert.Null(queries.Execution(execution));
        Assert.Null(queries.LogTail(execution));
        Assert.NotNull(queries.Job(recent));
        foreach (var table in (string[])["jobs", "executions", "log_tails", "job_labels", "history"])
        {
            Assert.Equal(1, Count(store, table));
        }
    }

    [Fact]
    public async Task The_oldest_finished_jobs_go_when_there_are_too_many()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var live = await store.SubmitAsync("live");
        for (var i = 0; i < 40; i++)
        {
            store.Clock.Advance(TimeSpan.FromSeconds(1));
            await FinishAsync(store, $"job-{i}");
        }

        await CollectAsync(store, queries, new RetentionOptions { JobCount = 2 });
        Assert.Equal(["live", "job-38", "job-39"], queries.Jobs(new JobListQuery()).Items.Select(job => job.Name));
        Assert.True(store.Writer.Current.Jobs.ContainsKey(live.Id));
    }

    [Fact]
    public async Task A_job_that_is_over_stays_while_an_execution_of_it_runs()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var job = await store.SubmitAsync("one");
        await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            SampleJobs.Place(context, job.Id, 0, "n-1");
            context.Draft.Put(context.Draft.Job(job.Id)! with { State = JobState.Stopped });
        });
        await CollectAsync(store, queries, new RetentionOptions { JobCount = 0 });
        Assert.NotNull(queries.Job(job.Id));
    }

    [Fact]
    public async Task The_oldest_logs_go_when_they_are_too_large_together()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var (_, first) = await FinishAsync(store, "first");
        var (_, second) = await FinishAsync(store, "second");
        await CollectAsync(store, queries, new RetentionOptions { LogBytes = 100 });
        Assert.Null(queries.LogTail(first));
        Assert.NotNull(queries.LogTail(second));
    }

    [Fact]
    public async Task Lists_of_inputs_go_with_their_job_and_before_it_when_they_are_too_large_together()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var live = await store.SubmitAsync("live");
        var (first, _) = await FinishAsync(store, "first");
        var (second, _) = await FinishAsync(store, "second");
        foreach (var job in (JobId[])[live.Id, first, second])
        {
            await store.RunAsync(context => context.NewLists.Add(
                new StoredInputList(context.Draft.Job(job)?.Key ?? context.Lookup.Job(job)!.Key, new InputListKey(job, 1, "0/0"), new InputList("d", new byte[1000]))));
        }

        await CollectAsync(store, queries, new RetentionOptions { ListBytes = 2000 });
        Assert.Equal([live.Id, second], await WithListsAsync());
        await CollectAsync(store, queries, new RetentionOptions { ListBytes = 0 });
        Assert.Equal([live.Id], await WithListsAsync());
        Assert.NotNull(queries.Job(second));

        Task<JobId[]> WithListsAsync() => store.RunAsync(context => ((JobId[])[live.Id, first, second])
            .Where(job => context.Lookup.InputList(context.Lookup.Job(job)!.Key, new InputListKey(job, 1, "0/0")) is not null).ToArray());
    }

    [Fact]
    public async Task It_goes_on_by_the_clock_until_it_is_stopped()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        using var stop = new CancellationTokenSource();
        var (old, _) = await FinishAsync(store, "old");
        var options = new RetentionOptions { JobAge = TimeSpan.FromSeconds(30) };
        var loop = new Retention(store.Writer, queries, options, store.Clock, NullLogger<Retention>.Instance).RunAsync(stop.Token);
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Commit = commit =>
        {
            commit();
            committed.TrySetResult();
        };
        store.Clock.Advance(options.Interval);
        await committed.Task;
        stop.Cancel();
        await loop;
        Assert.Null(queries.Job(old));
    }

    private static async Task CollectAsync(TestStore store, JobQueries queries, RetentionOptions options) =>
        await new Retention(store.Writer, queries, options, store.Clock, NullLogger<Retention>.Instance).CollectAsync(CancellationToken.None);

    private static async Task<(JobId Job, ExecutionId First)> FinishAsync(TestStore store, string name, int executions = 1)
    {
        var labels = TextMap.Empty.Add("a", "b");
        var submission = new JobSubmission { Job = default, Spec = SampleJobs.SpecOf(name, executions), Labels = labels };
        return await store.RunAsync(context =>
        {
            var job = SampleJobs.Submit(context, name, null, submission);
            SampleJobs.Join(context, "n-1");
            var placed = Enumerable.Range(0, executions).Select(partition => SampleJobs.Place(context, job.Id, partition, "n-1")).ToList();
            foreach (var execution in placed)
            {
                SampleJobs.Complete(context, execution.Id, new ExecutionEnd(null, null, new byte[100]));
                context.Draft.Remove(execution.Id);
            }

            return (job.Id, placed[0].Id);
        });
    }

    private static long Count(TestStore store, string table)
    {
        using var statement = new SqliteStatement(store.Writer.Store.Connection, $"SELECT COUNT(*) FROM {table}");
        return statement.Number();
    }
}
