using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>Ops jobs run once on each node that matches; daemons follow the nodes for ever.</summary>
public sealed class NodeTargetTests
{
    private static readonly LabelRequirement ZoneA = new() { Key = "zone", Operator = "=", Values = ["a"] };

    private static readonly JobDemand Ops = ClusterWorld.Demand(0, 500) with { Kind = JobKind.Ops, MaxAttempts = 1 };

    private static readonly JobDemand Daemon = ClusterWorld.Demand(0, 500) with { Kind = JobKind.Daemon, MaxAttempts = int.MaxValue };

    private readonly ClusterWorld world = new(1);

    [Fact]
    public void An_ops_job_runs_once_on_each_node_of_its_submission_and_waits_for_room_there()
    {
        var (free, full) = (world.AddNode(), world.AddNode());
        world.Submit(ClusterWorld.Demand(1, 1800));
        world.Settle();
        var job = world.Submit(Ops);
        world.Settle();
        Assert.Single(world.Snapshot.Jobs[job].Holders);
        world.AddNode();
        world.Settle();
        Assert.Single(world.Snapshot.Jobs[job].Holders);

        world.EndAll();
        world.Settle();
        Assert.Contains(NodeOf(job), new[] { free, full });
        world.EndAll();
        Assert.Equal(JobState.Completed, world.JobStates[job]);
        Assert.Equal(2, world.Accepted.Count(pair => pair.Key.Job == job));
    }

    [Fact]
    public void An_ops_job_with_a_failed_node_fails_and_says_how_many_and_a_run_again_may_complete()
    {
        world.AddNode();
        world.AddNode();
        var job = world.Submit(Ops);
        world.Settle();
        world.Report(world.Snapshot.Jobs[job].Holders.First().Value, ObservedOutcome.Failed);
        world.EndAll();
        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Equal("1 of 2 nodes failed; the last: Failed by the test", world.History[^1].Message);

        var again = world.Submit(Ops);
        world.Settle();
        world.Update(again, Ops);
        world.Settle();
        world.StopAsked();
        world.Settle();
        world.EndAll();
        Assert.Equal(JobState.Completed, world.JobStates[again]);
    }

    [Fact]
    public void An_ops_job_whose_nodes_all_refuse_fails()
    {
        world.AddNode();
        var job = world.Submit(Ops);
        world.Settle();
        world.Report(world.Snapshot.Jobs[job].Holders.First().Value, ObservedOutcome.Refused);
        Assert.Equal(JobState.Failed, world.JobStates[job]);
    }

    [Fact]
    public void An_ops_job_waits_while_no_node_that_matches_answers_and_fails_where_none_matches()
    {
        var node = world.AddNode();
        world.Lose(node);
        world.Pass(TimeSpan.FromMinutes(5));
        world.Settle();
        var elsewhere = ClusterWorld.Demand(0, 500) with { Kind = JobKind.Ops, MaxAttempts = 1, Constraints = [ZoneA] };
        var (job, never) = (world.Submit(Ops), world.Submit(elsewhere));
        world.Settle();
        Assert.Equal(JobState.Failed, world.JobStates[never]);

        world.Return(node);
        world.Settle();
        Assert.Equal(node, NodeOf(job));
    }

    [Fact]
    public void An_ops_job_waits_for_a_lost_node_and_gives_a_removed_one_up()
    {
        var (one, other) = (world.AddNode(), world.AddNode());
        var job = world.Submit(Ops);
        world.Settle();
        world.Lose(one);
        world.Lose(other);
        world.Settle();
        Assert.Equal(JobState.Running, world.JobStates[job]);

        world.Return(one);
        world.EndAll(one);
        world.Remove(other);
        world.Settle();
        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains("1 of 2 nodes failed", world.History[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_daemon_comes_to_nodes_that_join_and_that_get_the_label_and_leaves_those_that_lose_it()
    {
        var job = world.Submit(Daemon with { Constraints = [ZoneA] });
        var node = world.AddNode();
        world.Settle();
        Assert.Empty(world.Snapshot.Jobs[job].Holders);

        world.Relabel(node, ("zone", "a"));
        world.Settle();
        Assert.Equal(node, NodeOf(job));

        world.Relabel(node, ("zone", "b"));
        world.Settle();
        world.StopAsked();
        world.Settle();
        Assert.Empty(world.Snapshot.Jobs[job].Holders);
        Assert.Empty(world.Snapshot.Jobs[job].Retries);

        world.Relabel(node, ("zone", "a"));
        world.Settle();
        Assert.Equal(node, NodeOf(job));
    }

    [Fact]
    public void A_daemon_survives_any_number_of_losses_of_its_node()
    {
        var node = world.AddNode();
        var job = world.Submit(Daemon);
        world.Settle();
        for (var times = 0; times < 5; times++)
        {
            world.Lose(node);
            world.Settle();
            world.Return(node);
            world.Settle();
            Assert.Equal(node, NodeOf(job));
            world.Report(world.Snapshot.Jobs[job].Holders.First().Value, ObservedOutcome.Interrupted);
            world.Pass(TimeSpan.FromMinutes(2));
            world.Settle();
            Assert.Equal(node, NodeOf(job));
        }
    }

    [Fact]
    public void A_daemon_leaves_a_drained_node_and_returns_when_it_is_not_drained_any_more()
    {
        var node = world.AddNode();
        var job = world.Submit(Daemon);
        world.Settle();
        world.Drain(node, isDrained: true);
        world.Settle();
        world.StopAsked();
        world.Settle();
        Assert.Empty(world.Snapshot.Jobs[job].Holders);
        world.Drain(node, isDrained: false);
        world.Settle();
        Assert.Equal(node, NodeOf(job));
    }

    private NodeId NodeOf(JobId job) => world.Snapshot.Executions[Assert.Single(world.Snapshot.Jobs[job].Holders).Value].Node;
}
