using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using FsCheck.Xunit;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class ClusterProperties
{
    private const int MaxRounds = 400;

    [Property(MaxTest = 300, EndSize = 200)]
    public void No_order_of_events_breaks_an_invariant_and_every_job_ends_once_all_is_well(byte[] events, int seed)
    {
        var world = new ClusterWorld(seed);
        world.AddNode();
        foreach (var happening in events)
        {
            Happen(world, happening % 16);
        }

        Heal(world);

        Assert.All(world.JobStates, pair => Assert.True(pair.Value.IsTerminal(), $"{pair.Key} is {pair.Value}"));
        Assert.All(world.Accepted, pair => Assert.Equal(1, pair.Value));
        Assert.Empty(world.Snapshot.Jobs);
    }

    /// <summary>Found by the property: what waited in line while its node was to be compared never got room.</summary>
    [Fact]
    public void A_line_goes_on_once_its_nodes_list_is_compared() => No_order_of_events_breaks_an_invariant_and_every_job_ends_once_all_is_well(
        [13, 29, 18, 13, 85, 78, 63, 9, 9, 9, 114, 77, 152, 91, 102, 81, 44, 19, 128, 177, 186], seed: 56);

    /// <summary>Found by the property: scaled down and up again, a service was to place what its old execution still held.</summary>
    [Fact]
    public void A_partition_that_comes_back_waits_for_the_end_of_what_still_holds_it() => No_order_of_events_breaks_an_invariant_and_every_job_ends_once_all_is_well(
        [106, 111, 252, 49, 172, 17, 113, 49, 13, 69, 14, 174, 102, 81, 61, 41, 61, 254], seed: 70);

    /// <summary>Found by the property: after an update, the planner was to replace what a lost node may still publish, again and again.</summary>
    [Fact]
    public void An_update_does_not_shorten_a_grant() => No_order_of_events_breaks_an_invariant_and_every_job_ends_once_all_is_well(
        [0, 47, 244, 234, 81, 49, 22, 0, 116, 105, 116, 0, 108, 125, 102], seed: 9);

    [Property(MaxTest = 100, EndSize = 100)]
    public void Planning_again_without_a_change_plans_nothing(byte[] events, int seed)
    {
        var world = new ClusterWorld(seed);
        foreach (var happening in events)
        {
            Happen(world, happening % 16);
        }

        for (var round = 0; round < 50 && !world.PlanAndApply().Steps.IsEmpty; round++)
        {
        }

        Assert.Empty(world.PlanAndApply().Steps);
    }

    private static void Happen(ClusterWorld world, int happening)
    {
        switch (happening)
        {
            case 0 when world.Snapshot.Nodes.Count < 6:
                world.AddNode();
                break;
            case 1 or 2:
                world.Submit(RandomDemand(world, (JobKind)world.Pick(4)));
                break;
            case 3 when world.Snapshot.Jobs.Count > 0:
                world.Stop(world.Snapshot.Jobs.Keys.ElementAt(world.Pick(world.Snapshot.Jobs.Count)));
                break;
            case 4 when FindNode(world, NodeConnection.Connected) is { } node:
                world.Lose(node);
                break;
            case 5 when FindNode(world, NodeConnection.Lost) is { } node:
                world.Return(node);
                break;
            case 6 or 7 or 8 when FindReportable(world) is { } execution:
                world.Report(execution.Id, Outcome(world, execution));
                break;
            case 9 when FindReportable(world) is { } execution:
                world.Grant(execution.Id);
                break;
            case 10 when FindNode(world, NodeConnection.Connected) is { } node:
                world.Acknowledge(node);
                break;
            case 11:
                world.Pass(TimeSpan.FromMilliseconds(1 << world.Pick(18)));
                break;
            case 12 when world.Snapshot.Nodes.Count > 0:
                var drained = world.Snapshot.Nodes.Values.ElementAt(world.Pick(world.Snapshot.Nodes.Count));
                world.Drain(drained.Id, drained.Drain is null, world.Pick(2) == 0 ? null : TimeSpan.FromSeconds(world.Pick(100)));
                break;
            case 13 when world.Snapshot.Jobs.Values.Where(job => !job.State.IsTerminal()).ToList() is { Count: > 0 } live:
                var updated = live[world.Pick(live.Count)];
                world.Update(updated.Id, RandomDemand(world, updated.Demand.Kind), isSameProgram: updated.Demand.Kind.IsLongRunning() && world.Pick(3) == 0);
                break;
            case 14 when FindReportable(world) is { Ask: Ask.Run, IsEnded: false } execution:
                world.Runs(execution.Id, world.Pick(4) > 0);
                break;
            case 15 when world.Snapshot.Nodes.Count > 0:
                var labelled = world.Snapshot.Nodes.Values.ElementAt(world.Pick(world.Snapshot.Nodes.Count));
                world.Relabel(labelled.Id, ("zone", world.Pick(2) == 0 ? "a" : "b"));
                break;
            default:
                world.PlanAndApply();
                break;
        }
    }

    private static JobDemand RandomDemand(ClusterWorld world, JobKind kind) => ClusterWorld.Demand(kind.IsByNode() ? 0 : world.Pick(5), 200 + (300 * world.Pick(6)), world.Pick(3)) with
    {
        Kind = kind,
        QueueTimeout = TimeSpan.FromDays(1),
        MaxConcurrency = world.Pick(4),
        MaxAttempts = kind == JobKind.Batch ? 3 : kind == JobKind.Ops ? 1 : int.MaxValue,
        Spreads = kind == JobKind.Service,
        Rollout = new RolloutRules(world.Pick(3), 1 + world.Pick(2), TimeSpan.FromSeconds(world.Pick(20)), false),
        Constraints = world.Pick(4) == 0 ? [new LabelRequirement { Key = "zone", Operator = "=", Values = ["a"] }] : [],
    };

    /// <summary>All nodes are back and take work, and there is room for everything. What runs for ever comes to its number and is stopped then.</summary>
    private static void Heal(ClusterWorld world)
    {
        for (var i = 0; i < 3; i++)
        {
            world.AddNode();
        }

        foreach (var node in world.Snapshot.Nodes.Keys)
        {
            world.Drain(node, isDrained: false);
            world.Relabel(node, ("zone", "a"));
            world.Resize(node, new ResourceAmount(1_000_000, 1_000_000_000_000, 0, 1));
        }

        Run(world, () => world.Snapshot.Jobs.Values.All(IsSettled));
        Assert.All(world.Snapshot.Jobs.Values, job => Assert.True(IsSettled(job), $"{job.Id} is {job.State} with {job.LiveCount} of {job.Demand.Count}, waiting {string.Join(',', job.Retries)}, rollout {job.RolloutFrom}"));
        foreach (var job in world.Snapshot.Jobs.Values.Where(job => !job.State.IsTerminal()).ToList())
        {
            world.Stop(job.Id);
        }

        Run(world, () => world.Snapshot.Jobs.Count + world.Snapshot.Executions.Count == 0);

        bool IsSettled(LiveJob job) => job.Demand.Kind switch
        {
            JobKind.Service => job is { RolloutFrom: null, Surges.IsEmpty: true } && job.Holders.Count == Limit(job, job.Demand.Count) && AreCurrent(job),
            JobKind.Daemon => job is { RolloutFrom: null, Surges.IsEmpty: true } && job.Holders.Count == Limit(job, world.Snapshot.Nodes.Count) && AreCurrent(job),
            _ => job.State.IsTerminal() && job.LiveCount == 0,
        };

        bool AreCurrent(LiveJob job) => job.Holders.Values.All(id => world.Snapshot.Executions[id] is { HealthySince: not null, HoldsRoom: true } execution && job.IsCurrent(execution.JobVersion));

        static int Limit(LiveJob job, int count) => job.Demand.MaxConcurrency > 0 ? Math.Min(count, job.Demand.MaxConcurrency) : count;
    }

    private static void Run(ClusterWorld world, Func<bool> isDone)
    {
        for (var round = 0; round < MaxRounds && !isDone(); round++)
        {
            foreach (var node in world.Snapshot.Nodes.Values)
            {
                if (node.Connection != NodeConnection.Connected)
                {
                    world.Return(node.Id);
                }

                world.Sync(node.Id);
                world.Acknowledge(node.Id);
            }

            foreach (var execution in world.Snapshot.Executions.Values.Where(execution => !execution.InLine && execution.Ask != Ask.Forget))
            {
                Progress(world, execution);
            }

            world.Pass(TimeSpan.FromSeconds(1));
            world.PlanAndApply();
        }
    }

    private static void Progress(ClusterWorld world, LiveExecution execution)
    {
        var isLive = world.Snapshot.Jobs.TryGetValue(execution.Job, out var job) && !execution.IsEnded && execution.Ask == Ask.Run;
        if (!world.Snapshot.Executions.ContainsKey(execution.Id))
        {
            return;
        }

        if (isLive && job!.Demand.Kind.IsLongRunning())
        {
            if (execution.HealthySince is null)
            {
                world.Runs(execution.Id);
            }
        }
        else
        {
            world.Report(execution.Id, execution.Ask == Ask.Stop ? ObservedOutcome.Stopped : ObservedOutcome.Completed);
        }
    }

    private static NodeId? FindNode(ClusterWorld world, NodeConnection connection)
    {
        var found = world.Snapshot.Nodes.Values.Where(node => node.Connection == connection).ToList();
        return found.Count == 0 ? null : found[world.Pick(found.Count)].Id;
    }

    private static LiveExecution? FindReportable(ClusterWorld world)
    {
        var found = world.Snapshot.Executions.Values
            .Where(e => world.Snapshot.Nodes[e.Node].Connection == NodeConnection.Connected && !e.InLine)
            .ToList();
        return found.Count == 0 ? null : found[world.Pick(found.Count)];
    }

    private static ObservedOutcome Outcome(ClusterWorld world, LiveExecution execution) =>
        execution.Ask == Ask.Stop ? (ObservedOutcome)(3 + world.Pick(4)) : (ObservedOutcome)world.Pick(7);
}
