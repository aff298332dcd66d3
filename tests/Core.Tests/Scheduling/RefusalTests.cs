using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

public sealed class RefusalTests
{
    private static readonly JobDemand _patient = ClusterWorld.Demand(1, 500) with { QueueTimeout = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(0, 5, true)]
    [InlineData(599, 5, true)]
    [InlineData(600, 5, false)]
    [InlineData(0, 6, false)]
    public void Node_that_refused_is_left_out_for_ten_minutes_or_until_its_information_changes(int secondsLater, long factsRevision, bool isLeftOut)
    {
        var now = DateTimeOffset.UnixEpoch;
        var refusal = new NodeRefusal(new ExecutionProblem("Test:Fault", "no such image"), now + PartitionRules.RefusalLength, FactsRevision: 5);
        var node = new ClusterNode { Id = new NodeId("n-1"), Key = 1, PublicKey = "", Membership = NodeMembership.Approved, Facts = new NodeFacts(), FactsRevision = factsRevision };
        var job = new LiveJob
        {
            Id = new JobId("j-1"),
            Key = 1,
            Name = "job",
            Namespace = "default",
            Version = 1,
            SpecDigest = "",
            Demand = _patient,
            CreatedAt = now,
            SubmittedAt = now,
            Refusals = ImmutableSortedDictionary<NodeId, NodeRefusal>.Empty.Add(node.Id, refusal),
        };

        Assert.Equal(isLeftOut ? refusal : null, NodeFilter.FindRefusal(node, job, now.AddSeconds(secondsLater)));
    }

    [Fact]
    public void Each_node_is_asked_once_and_asked_again_after_ten_minutes()
    {
        var world = new ClusterWorld(1);
        NodeId[] nodes = [.. Enumerable.Range(0, 12).Select(_ => world.AddNode())];
        var job = world.Submit(_patient);

        Assert.Equal(nodes.Order(), RefuseEverywhere(world, job).Order());
        world.Pass(TimeSpan.FromSeconds(599));
        Assert.Empty(RefuseEverywhere(world, job));
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(nodes.Order(), RefuseEverywhere(world, job).Order());
    }

    [Fact]
    public void Refusal_is_no_attempt_and_keeps_other_partitions_from_the_node_too()
    {
        var world = new ClusterWorld(1);
        var refusing = world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(2, 2000) with { QueueTimeout = TimeSpan.FromHours(1) });
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Refused);
        world.Acknowledge(refusing);

        world.PlanAndApply();

        Assert.Empty(world.Snapshot.Jobs[job].Holders);
        Assert.Equal(0, world.Snapshot.Jobs[job].Retries[0].Attempts);
        Assert.True(world.Snapshot.Jobs[job].Refusals.ContainsKey(refusing));
    }

    [Theory]
    [InlineData(JobKind.Batch)]
    [InlineData(JobKind.Service)]
    public void Job_that_all_nodes_refuse_fails_with_their_reason(JobKind kind)
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 500) with { Kind = kind });

        RefuseEverywhere(world, job);

        Assert.Equal(JobState.Failed, world.JobStates[job]);
    }

    [Theory]
    [InlineData(JobKind.Batch)]
    [InlineData(JobKind.Service)]
    public void Job_that_may_wait_longer_and_that_all_nodes_refuse_is_queued_and_says_why(JobKind kind)
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.AddNode();
        var job = world.Submit(_patient with { Kind = kind });
        RefuseEverywhere(world, job);

        LookLater(world);

        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
        Assert.Contains("2 of 2 nodes: ", world.Snapshot.Jobs[job].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Daemon_that_its_only_node_refuses_is_queued_and_says_why()
    {
        var world = new ClusterWorld(1);
        var node = world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(0, 500) with { Kind = JobKind.Daemon });
        world.PlanAndApply();
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[job].Holders.Values.Single(), ObservedOutcome.Refused);
        world.Acknowledge(node);

        LookLater(world);

        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
        Assert.Contains("1 of 1 node: ", world.Snapshot.Jobs[job].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Service_that_has_run_waits_when_no_node_will_have_it_any_more()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 500) with { Kind = JobKind.Service, MaxAttempts = 10 });
        world.PlanAndApply();
        var first = world.Snapshot.Jobs[job].Holders[0];
        world.Runs(first);
        world.Report(first, ObservedOutcome.Refused);

        RefuseEverywhere(world, job);

        LookLater(world);

        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
        world.Pass(TimeSpan.FromMinutes(10));
        world.PlanAndApply();
        Assert.Equal(JobState.Running, world.Snapshot.Jobs[job].State);
    }

    [Fact]
    public void Batch_job_that_has_run_is_not_failed_as_its_node_was_shut_out()
    {
        var world = new ClusterWorld(1);
        var node = world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 500));
        world.PlanAndApply();
        world.Runs(world.Snapshot.Jobs[job].Holders[0]);
        world.Remove(node);

        LookLater(world);

        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
        world.AddNode();
        world.PlanAndApply();
        Assert.Equal(JobState.Running, world.Snapshot.Jobs[job].State);
    }

    [Fact]
    public void Daemon_that_no_node_matches_is_queued_and_says_so()
    {
        var world = new ClusterWorld(1);
        var node = world.AddNode();
        world.Drain(node, true);
        var job = world.Submit(ClusterWorld.Demand(0, 500) with { Kind = JobKind.Daemon });
        world.Settle();
        world.Pass(LiveJob.QueuedAfter);
        world.Settle();

        Assert.Equal((JobState.Queued, true), (world.Snapshot.Jobs[job].State, world.Snapshot.Jobs[job].Message.Contains("no node matches", StringComparison.Ordinal)));
        world.Drain(node, false);
        world.Settle();
        Assert.Equal(JobState.Running, world.Snapshot.Jobs[job].State);
        world.StopAsked();
        world.Drain(node, true);
        world.Settle();
        world.StopAsked();
        world.Settle();
        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
    }

    [Fact]
    public void Job_whose_nodes_are_all_drained_is_queued_once_nothing_of_it_runs()
    {
        var world = new ClusterWorld(1);
        var node = world.AddNode();
        var job = world.Submit(_patient);
        world.PlanAndApply();
        world.Drain(node, true);
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Interrupted);

        LookLater(world);

        Assert.Equal(JobState.Queued, world.Snapshot.Jobs[job].State);
        Assert.Contains("is being drained", world.Snapshot.Jobs[job].Message, StringComparison.Ordinal);
        world.Drain(node, false);
        world.PlanAndApply();
        Assert.Equal(JobState.Running, world.Snapshot.Jobs[job].State);
    }

    /// <summary>Whether a job waits is said a moment later, so that one that is placed at once says nothing.</summary>
    private static void LookLater(ClusterWorld world)
    {
        world.PlanAndApply();
        Assert.All(world.Snapshot.Jobs.Values, job => Assert.Equal(JobState.Running, job.State));
        world.Pass(LiveJob.QueuedAfter);
        world.PlanAndApply();
    }

    /// <summary>Places the job and lets its node refuse, until it is not placed any more. Gives the nodes that were asked.</summary>
    private static List<NodeId> RefuseEverywhere(ClusterWorld world, JobId job)
    {
        var asked = new List<NodeId>();
        while (true)
        {
            world.PlanAndApply();
            if (!world.Snapshot.Jobs.TryGetValue(job, out var live) || !live.Holders.TryGetValue(0, out var execution))
            {
                return asked;
            }

            var node = world.Snapshot.Executions[execution].Node;
            asked.Add(node);
            world.Report(execution, ObservedOutcome.Refused);
            world.Acknowledge(node);
        }
    }
}
