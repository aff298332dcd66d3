using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Tests.State;

public sealed class JobQueriesTests
{
    [Fact]
    public async Task A_job_is_found_by_id_name_and_prefix()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var job = await store.SubmitAsync("one");
        var other = await store.SubmitAsync("two");

        Assert.Equal("one", queries.Job(job.Id)!.Name);
        Assert.Equal(job.Id, queries.JobByName("default", "one")!.Id);
        Assert.Null(queries.JobByName("other", "one"));
        Assert.Equal([job.Id], queries.JobsByPrefix(job.Id.Value[..10], 2));
        Assert.Equal([job.Id, other.Id], queries.JobsByPrefix("j-", 2));
        Assert.Equal([], queries.JobsByPrefix("j-ffff", 2));
    }

    [Theory]
    [InlineData(false, false, "a b c d e")]
    [InlineData(false, true, "e d c b a")]
    [InlineData(true, false, "b d a c e")]
    [InlineData(true, true, "e c a d b")]
    public async Task Pages_follow_each_other_without_gap_or_repetition(bool byChange, bool newestFirst, string expected)
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var changed = new Dictionary<string, int> { ["a"] = 2, ["b"] = 1, ["c"] = 3, ["d"] = 1, ["e"] = 3 };
        foreach (var name in changed.Keys)
        {
            await store.SubmitAsync(name, job => job with { ModifiedAt = job.CreatedAt.AddSeconds(changed[name]) });
        }

        var names = new List<string>();
        PagePlace? after = null;
        do
        {
            var page = queries.Jobs(new JobListQuery { ByChange = byChange, NewestFirst = newestFirst, Limit = 2, After = after });
            Assert.True(page.Items.Length is 1 or 2);
            names.AddRange(page.Items.Select(job => job.Name));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(expected, string.Join(' ', names));
    }

    [Theory]
    [InlineData("env", "=", "prod", "a c")]
    [InlineData("env", "==", "test", "b")]
    [InlineData("env", "!=", "prod", "b d")]
    [InlineData("env", "in", "prod,test", "a b c")]
    [InlineData("env", "notin", "prod,test", "d")]
    [InlineData("env", "exists", "", "a b c")]
    [InlineData("env", "!", "", "d")]
    [InlineData("size", "gt", "5", "c")]
    [InlineData("size", "lt", "10", "a")]
    public async Task Labels_select_jobs(string key, string operation, string values, string expected)
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        await SubmitAsync(store, "a", ("env", "prod"), ("size", "5"));
        await SubmitAsync(store, "b", ("env", "test"));
        await SubmitAsync(store, "c", ("env", "prod"), ("size", "10"));
        await SubmitAsync(store, "d");

        var requirement = new LabelRequirement { Key = key, Operator = operation, Values = values.Length == 0 ? [] : [.. values.Split(',')] };
        var created = queries.Jobs(new JobListQuery { Labels = [requirement] });
        var changed = queries.Jobs(new JobListQuery { Labels = [requirement], ByChange = true });
        Assert.Equal(expected, string.Join(' ', created.Items.Select(job => job.Name)));
        Assert.Equal(expected, string.Join(' ', changed.Items.Select(job => job.Name)));
    }

    [Fact]
    public async Task Namespace_state_and_labels_narrow_a_list_together()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        await SubmitAsync(store, "a", ("env", "prod"), ("team", "x"));
        await SubmitAsync(store, "b", ("env", "prod"), ("team", "y"));
        var c = await SubmitAsync(store, "c", ("env", "prod"), ("team", "x"));
        await store.RunAsync(context => context.Draft.Put(context.Draft.Job(c.Id)! with { State = JobState.Running }));
        ImmutableArray<LabelRequirement> labels =
        [
            new LabelRequirement { Key = "env", Operator = "=", Values = ["prod"] }, new LabelRequirement { Key = "team", Operator = "=", Values = ["x"] },
        ];
        Assert.Equal(["a"], Names(new JobListQuery { Namespace = "default", State = JobState.Pending, Labels = labels }));
        Assert.Equal(["c"], Names(new JobListQuery { Namespace = "default", Labels = labels, Limit = 1, NewestFirst = true }));
        Assert.Equal([], Names(new JobListQuery { Namespace = "other", Labels = labels }));

        IEnumerable<string> Names(JobListQuery query) => queries.Jobs(query).Items.Select(job => job.Name);
    }

    [Fact]
    public async Task Of_the_refused_executions_of_a_version_the_first_ten_are_listed()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var job = await store.SubmitAsync("one", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 3) });
        var placed = await store.RunAsync(context => Enumerable.Range(0, 24).Select(index =>
        {
            SampleJobs.Join(context, $"n-{index}");
            var execution = SampleJobs.Place(context, job.Id, 0, $"n-{index}");
            execution = index % 2 == 0 ? execution with { State = ExecutionState.BidRejected } : execution;
            context.Draft.Put(index == 22 ? execution with { JobVersion = 2 } : execution);
            return execution.Id;
        }).ToArray());

        var expected = placed.Where((_, index) => index % 2 == 1 || index < 20 || index == 22).ToList();
        Assert.Equal(expected, Listed(new ExecutionListQuery { Job = job.Key }));
        Assert.Equal(expected.Where(id => id != placed[22]).Reverse(), Listed(new ExecutionListQuery { Job = job.Key, Version = 1, NewestFirst = true }));
        Assert.Equal(expected[..3], queries.Executions(new ExecutionListQuery { Job = job.Key, Limit = 3 }).Items.Select(stored => stored.Execution.Id));
        Assert.Equal(ExecutionState.BidRejected, queries.Execution(placed[20])!.Execution.State);

        IEnumerable<ExecutionId> Listed(ExecutionListQuery query) => queries.Executions(query).Items.Select(stored => stored.Execution.Id);
    }

    [Fact]
    public async Task Executions_show_what_they_left_behind()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var job = await store.SubmitAsync("one", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 3) });
        var result = new PublishedResult { Type = "local" };
        result = result with { Params = result.Params.Add("URL", JsonDocument.Parse("\"http://a\"").RootElement) };
        var output = new RunOutput { Stdout = [0, 255], Stderr = [10], StdoutTruncated = true, StderrTruncated = true, ExitCode = 3, ErrorMessage = "bad" };
        var first = await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            var placed = SampleJobs.Place(context, job.Id, 0, "n-1");
            SampleJobs.Place(context, job.Id, 1, "n-1");
            SampleJobs.Complete(context, placed.Id, new ExecutionEnd(output, result, [1, 2, 3]));
            return placed;
        });

        var page = queries.Executions(new ExecutionListQuery { Job = job.Key, Version = 1, Limit = 1 });
        var shown = Assert.Single(page.Items);
        Assert.Equivalent(output, shown.Output, strict: true);
        Assert.Equal("http://a", shown.PublishedResult!.Params["URL"].GetString());
        Assert.Equal([1, 2, 3], queries.LogTail(first.Id)!);
        Assert.Equal("local", Assert.Single(queries.PublishedResults(job.Key, 1)).Result.Type);

        var rest = queries.Executions(new ExecutionListQuery { Job = job.Key, After = page.Next });
        Assert.Null(Assert.Single(rest.Items).Output);
        Assert.Null(rest.Next);
        Assert.Empty(queries.Executions(new ExecutionListQuery { Job = job.Key, Version = 2 }).Items);
        Assert.Equal(1, queries.Executions(new ExecutionListQuery { Job = job.Key, NewestFirst = true, ByChange = true }).Items[0].Execution.Partition);
    }

    [Fact]
    public async Task Superseded_versions_are_kept_with_their_last_state()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var first = await SubmitAsync(store, "one", ("env", "test"));
        var rows = store.Writer.RowsWritten;
        await store.RunAsync(context =>
        {
            var job = context.Draft.Job(first.Id)! with { Version = 2, SpecDigest = "d-2", Revision = 2, Message = "updated" };
            context.Draft.Put(job);
            context.NewJobs.Add(new JobSubmission { Job = job.Id, Spec = SampleJobs.SpecOf("two"), Labels = TextMap.Empty.Add("env", "prod") });
        });

        Assert.Equal(3, store.Writer.RowsWritten - rows);
        var latest = queries.Job(first.Id)!;
        Assert.Equal([(1, "d-one", ""), (2, "d-2", "updated")], queries.Versions(latest).Select(job => (job.Version, job.SpecDigest, job.Message)));
        Assert.Equal(SampleJobs.SpecOf("one"), queries.Version(latest, 1)!.Spec);
        Assert.Equal(SampleJobs.SpecOf("two"), await store.RunAsync(context => context.Lookup.Spec(first.Id, 2)));
        Assert.Equal(SampleJobs.SpecOf("one"), await store.RunAsync(context => context.Lookup.Spec(first.Id, 1)));
        Assert.Null(queries.Version(latest, 3));
        Assert.Single(queries.Jobs(new JobListQuery { Labels = [new LabelRequirement { Key = "env", Operator = "=", Values = ["prod"] }] }).Items);
        Assert.Empty(queries.Jobs(new JobListQuery { Labels = [new LabelRequirement { Key = "env", Operator = "=", Values = ["test"] }] }).Items);
        await store.RestartAsync();
        Assert.Equal(2, store.Writer.Current.Jobs[first.Id].Version);
    }

    [Fact]
    public async Task History_counts_events_and_goes_on_where_a_page_ended()
    {
        await using var store = TestStore.Start();
        using var queries = JobQueries.Open(store.Writer.Store);
        var job = await store.SubmitAsync("one");
        var other = await store.SubmitAsync("two");
        var execution = await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            context.Draft.Record(context.Draft.Job(job.Id)!, new HistoryEvent(null, "State Update", "Running", context.Now) { Details = TextMap.Empty.Add("NewState", "Running") });
            return SampleJobs.Place(context, job.Id, 0, "n-1");
        });
        await store.RunAsync(context => SampleJobs.Complete(context, execution.Id, new ExecutionEnd(null, null, [])));

        Assert.Equal("1 Submission,2 State Update,3 Scheduling,4 Running Execution", Text(new HistoryQuery { Job = job.Key }));
        Assert.Equal("3 Scheduling,4 Running Execution", Text(new HistoryQuery { Job = job.Key, From = 3 }));
        Assert.Equal("1 Submission,2 State Update", Text(new HistoryQuery { Job = job.Key, ExecutionEvents = false }));
        Assert.Equal("3 Scheduling,4 Running Execution", Text(new HistoryQuery { Job = job.Key, Execution = execution.Id, JobEvents = false }));
        Assert.Equal("1 Submission", Text(new HistoryQuery { Job = other.Key }));
        Assert.Equal("", Text(new HistoryQuery { Job = job.Key, Version = 2 }));

        var page = queries.History(new HistoryQuery { Job = job.Key, Limit = 2 });
        Assert.Equal((true, 3), (page.HasMore, page.Next));
        Assert.Equal("Running", page.Events[1].Event.Details["NewState"]);
        var end = queries.History(new HistoryQuery { Job = job.Key, Limit = 2, From = page.Next });
        Assert.Equal((2, false, 5), (end.Events.Length, end.HasMore, end.Next));

        string Text(HistoryQuery query) => string.Join(',', queries.History(query).Events.Select(entry => $"{entry.SeqNum} {entry.Event.Topic}"));
    }

    private static Task<LiveJob> SubmitAsync(TestStore store, string name, params (string Key, string Value)[] labels) => store.SubmitAsync(
        name,
        null,
        new JobSubmission
        {
            Job = default,
            Spec = SampleJobs.SpecOf(name),
            Labels = labels.Aggregate(TextMap.Empty, (map, label) => map.Add(label.Key, label.Value)),
        });
}
