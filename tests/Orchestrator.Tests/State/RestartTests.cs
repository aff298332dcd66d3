using System.Collections.Immutable;
using System.Reflection;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Tests.State;

public sealed class RestartTests
{
    private static readonly DateTimeOffset _time = new(2026, 11, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Fact]
    public async Task Every_property_of_a_job_is_there_again()
    {
        await using var store = TestStore.Start();
        await store.SubmitAsync("first");
        var problem = new ExecutionProblem("Docker:ImageNotFound", "no image \u0001", "build it") { Details = TextMap.Empty.Add("Image", "x") };
        var job = await store.SubmitAsync(
            "one",
            job => job with
            {
                Namespace = "other",
                State = JobState.Running,
                Message = "wörk\0ing",
                Revision = 5,
                CreatedAt = _time,
                SubmittedAt = _time.AddTicks(1),
                ModifiedAt = _time.AddTicks(2),
                WaitingSince = _time.AddTicks(3),
                NextFresh = 3,
                Retries = job.Retries.Add(2, new PartitionRetry(1, 2, _time.AddHours(1))),
                Refusals = job.Refusals.Add(new NodeId("n-2"), new NodeRefusal(problem, _time.AddMinutes(10), 9)),
                Failures = job.Failures.Add(new NodeId("n-3"), new NodeFailures(4, _time)),
                LastProblem = problem,
                NextBackoffEnd = _time.AddHours(1),
                SameProgram = [2, 3],
                RolloutFrom = new RolloutOrigin(3, [1]),
                SurgeRetry = new PartitionRetry(2, 1, _time),
                HasTargets = true,
                FailedTargets = 4,
                HasRun = true,
                NextFireAt = _time.AddDays(1),
                HeldFiring = _time.AddDays(-1),
            },
            new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 4) });
        await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            var placed = SampleJobs.Place(context, job.Id, 0, "n-1");
            SampleJobs.Complete(context, placed.Id, new ExecutionEnd(null, null, []));
            SampleJobs.Place(context, job.Id, 1, "n-1");
        });
        var before = store.Writer.Current.Jobs[job.Id];
        await store.RestartAsync();
        var after = store.Writer.Current.Jobs[job.Id];

        Assert.Equivalent(before, after, strict: true);
        AllDiffer(
            after,
            new LiveJob
            {
                Id = default,
                Key = 1,
                Name = "first",
                Namespace = "default",
                Version = 0,
                SpecDigest = "",
                Demand = null!,
                CreatedAt = default,
                SubmittedAt = default,
            },
            nameof(LiveJob.Surges),
            nameof(LiveJob.CheckAt),
            nameof(LiveJob.LastPlacedAt),
            nameof(LiveJob.Marks));
    }

    [Fact]
    public async Task Every_stored_property_of_an_execution_is_there_again()
    {
        await using var store = TestStore.Start();
        var job = await store.SubmitAsync("one", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 4) });
        var before = await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            SampleJobs.Place(context, job.Id, 0, "n-1");
            var placed = SampleJobs.Place(context, job.Id, 1, "n-1") with
            {
                State = ExecutionState.Running,
                Desired = DesiredState.Stopped,
                Phase = ExecutionPhase.Stopping,
                Message = "m\0",
                DesiredMessage = "d",
                Past = new PartitionRetry(1, 2, _time),
                Revision = 3,
                AskRevision = 4,
                Ask = Ask.Stop,
                IsKnownToNode = true,
                ReportRevision = 6,
                InLine = true,
                HoldsPartition = false,
                HoldsRoom = false,
                GrantUntil = _time.AddTicks(7),
                ModifiedAt = _time.AddTicks(8),
                HasResult = true,
                IsSurge = true,
                RunningSince = _time.AddTicks(9),
                HealthySince = _time.AddTicks(10),
                Choice = "the only one",
                Inputs = new InputBytes(11, 12),
            };
            context.Draft.Put(placed);
            context.Draft.RecordEnd(placed.Id, new ExecutionEnd(null, new PublishedResult { Type = "local" }, []));
            return placed;
        });
        await store.RestartAsync();
        var after = store.Writer.Current.Executions[before.Id];

        Assert.Equal(before, after);
        AllDiffer(
            after,
            new LiveExecution { Namespace = "", Id = default, Key = 1, Job = default, JobVersion = 0, Partition = 0, Node = default, Amount = default, SpecDigest = "", CreatedAt = default },
            "AckedRevision");
    }

    [Fact]
    public async Task A_node_is_there_again_disconnected_and_without_a_session()
    {
        await using var store = TestStore.Start();
        var before = await store.RunAsync(context =>
        {
            context.Draft.Put(SampleJobs.Join(context, "n-1") with { Drain = new NodeDrain(_time, _time.AddMinutes(10)), Exit = new NodeExit(NodeLeaving.Deleted, "why", _time.AddMinutes(1)) });
            return context.Draft.Node(new NodeId("n-1"))!;
        });
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.RestartAsync();
        var after = store.Writer.Current.Nodes[before.Id];

        var expected = before with { Connection = NodeConnection.Disconnected, Session = null, DisconnectedSince = store.Clock.GetUtcNow() };
        Assert.Equivalent(expected, after, strict: true);
    }

    [Fact]
    public async Task A_node_that_was_deleted_and_came_back_keeps_its_new_key()
    {
        await using var store = TestStore.Start();
        await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        await store.RunAsync(context => Assert.Null(NodeMemberships.Delete(context.Draft, new NodeId("n-1"), context.Now)));
        await store.RunAsync(context => SampleJobs.Join(context, "n-1"));
        var key = store.Writer.Current.Nodes[new NodeId("n-1")].Key;
        await store.RestartAsync();

        Assert.Equal(2, key);
        Assert.Equal(key, store.Writer.Current.Nodes[new NodeId("n-1")].Key);
    }

    [Fact]
    public async Task Room_line_outbox_and_queue_are_as_before()
    {
        await using var store = TestStore.Start();
        var job = await store.SubmitAsync("one", null, new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("one", 4) });
        await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            SampleJobs.Place(context, job.Id, 0, "n-1");
            context.Draft.Put(SampleJobs.Place(context, job.Id, 1, "n-1") with { InLine = true });
        });
        var before = store.Writer.Current;
        await store.RestartAsync();
        var after = store.Writer.Current;

        var node = Assert.Single(after.Nodes.Values);
        Assert.Equal(SampleJobs.Amount, node.Used);
        Assert.Equal(before.Nodes[node.Id].Line, node.Line);
        Assert.Equal(before.Nodes[node.Id].Outbox, node.Outbox);
        Assert.Equal(before.Queue, after.Queue);
        Assert.Equal(before.LastAskOrder, after.LastAskOrder);
        Assert.Equal([job.Id], after.Dirty);
        Assert.Equal(store.Clock.GetUtcNow(), after.StartedAt);
    }

    [Fact]
    public void A_demand_is_derived_again_from_the_canonical_spec()
    {
        var spec = new JobSpec { Name = "one", Type = JobTypes.Batch, Count = 7, Tasks = [new TaskSpec { Engine = new SpecConfig { Type = "wasm" } }] };
        var options = new StateWriterOptions { Clock = TimeProvider.System, Ids = new CountingIds() };
        Assert.Equivalent(JobDemands.From(spec), options.ReadDemand(SpecDocument.Of(spec).Bytes), strict: true);
    }

    [Fact]
    public async Task New_keys_are_larger_than_all_before_the_restart()
    {
        await using var store = TestStore.Start();
        var first = await store.SubmitAsync("one");
        await store.RestartAsync();
        var second = await store.SubmitAsync("two");
        Assert.True(second.Key > first.Key);
    }

    [Fact]
    public async Task A_stopped_job_is_live_while_an_execution_of_it_is()
    {
        await using var store = TestStore.Start();
        var job = await store.SubmitAsync("one");
        await store.RunAsync(context =>
        {
            SampleJobs.Join(context, "n-1");
            SampleJobs.Place(context, job.Id, 0, "n-1");
            context.Draft.Put(context.Draft.Job(job.Id)! with { State = JobState.Stopped });
        });
        await store.RestartAsync();
        Assert.Equal(JobState.Stopped, store.Writer.Current.Jobs[job.Id].State);
    }

    /// <summary>Fails for a property that a sample leaves at its default: then nobody would notice that it is not stored.</summary>
    private static void AllDiffer<T>(T sample, T empty, params string[] exceptions)
    {
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && !exceptions.Contains(p.Name)))
        {
            Assert.False(Equals(property.GetValue(sample), property.GetValue(empty)), $"{property.Name} has its default in the sample.");
        }
    }
}
