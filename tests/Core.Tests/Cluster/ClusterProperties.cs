using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
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
            Happen(world, happening % 12);
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

    [Property(MaxTest = 100, EndSize = 100)]
    public void Planning_again_without_a_change_plans_nothing(byte[] events, int seed)
    {
        var world = new ClusterWorld(seed);
        foreach (var happening in events)
        {
            Happen(world, happening % 12);
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
                world.Submit(ClusterWorld.Demand(world.Pick(5), 200 + (300 * world.Pick(6)), world.Pick(3)));
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
            default:
                world.PlanAndApply();
                break;
        }
    }

    private static void Heal(ClusterWorld world)
    {
        for (var round = 0; round < MaxRounds && (world.Snapshot.Jobs.Count > 0 || world.Snapshot.Executions.Count > 0); round++)
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

            foreach (var execution in world.Snapshot.Executions.Values)
            {
                if (world.Snapshot.Executions.ContainsKey(execution.Id) && !execution.InLine && execution.Ask != Ask.Forget)
                {
                    world.Report(execution.Id, execution.Ask == Ask.Stop ? ObservedOutcome.Stopped : ObservedOutcome.Completed);
                }
            }

            world.Pass(TimeSpan.FromSeconds(1));
            world.PlanAndApply();
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
