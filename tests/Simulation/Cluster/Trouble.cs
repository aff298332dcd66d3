using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.Nodes;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Simulation.Cluster;

/// <summary>Strikes a cluster from outside: kills, cuts, wiped disks, and operators who drain, shut out, forget and relabel nodes.</summary>
internal sealed class Trouble
{
    private readonly SimulationWorld world;
    private readonly SimulatedOrchestrator orchestrator;
    private readonly IReadOnlyList<SimulatedNode> nodes;

    public Trouble(SimulationWorld world, SimulatedOrchestrator orchestrator, IReadOnlyList<SimulatedNode> nodes)
    {
        (this.world, this.orchestrator, this.nodes) = (world, orchestrator, nodes);
        world.Faults.Kill = Kill;
    }

    /// <summary>Strikes from time to time until a time is over.</summary>
    public async Task MakeAsync(TimeSpan until, Func<SimulatedNode> addNode)
    {
        while (world.Clock.Elapsed < until)
        {
            await world.DelayAsync(world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)));
            await StrikeAsync(nodes[world.Random.Next(nodes.Count)], addNode);
        }
    }

    /// <summary>Everything runs and is connected again; some nodes stay drained or shut out.</summary>
    public async Task HealAsync()
    {
        foreach (var node in nodes)
        {
            node.Cut(isCut: false);
        }

        await RestartAsync();
        foreach (var node in orchestrator.Snapshot.Nodes.Values.Where(_ => world.Random.Next(2) == 0))
        {
            if (node.Drain is not null)
            {
                await ActAsync(node.Id, "undrained", context => NodeDrains.End(context.Draft, node.Id));
            }
            else if (node.Membership == NodeMembership.Rejected)
            {
                await ActAsync(node.Id, "approved", context => NodeMemberships.Approve(context.Draft, node.Id));
            }
        }
    }

    private async Task StrikeAsync(SimulatedNode node, Func<SimulatedNode> addNode)
    {
        switch (world.Random.Next(16))
        {
            case 0:
                orchestrator.Kill();
                break;
            case 1:
                node.Kill(losesDisk: world.Random.Next(3) == 0);
                break;
            case 2 when node.IsUp:
                await node.StopAsync();
                break;
            case 3:
                node.Cut(isCut: true);
                break;
            case 4:
                Cut(isCut: true);
                break;
            case 5 or 6:
                Cut(isCut: false);
                break;
            case 7:
                world.Faults.Deaf = world.Faults.Deaf.Length > 0 ? "" : node.Id.Value;
                break;
            case 8 when node.IsUp:
                await node.StopAsync();
                node.Zone = node.Zone == "a" ? "b" : "a";
                node.Start();
                break;
            case 9:
                addNode().Start();
                break;
            case 10 or 11 or 12:
                await OperateAsync(node.Id);
                break;
            default:
                await RestartAsync();
                break;
        }
    }

    /// <summary>Half of the machines are cut off, or all are back.</summary>
    private void Cut(bool isCut)
    {
        foreach (var node in nodes)
        {
            if (!isCut || world.Random.Next(2) == 0)
            {
                node.Cut(isCut);
            }
        }
    }

    private Task OperateAsync(NodeId id)
    {
        TimeSpan? deadline = world.Random.Next(2) == 0 ? null : TimeSpan.FromSeconds(world.Random.Next(1, 60));
        return world.Random.Next(9) switch
        {
            0 or 1 or 2 => ActAsync(id, $"drained by {deadline}", context => NodeDrains.Begin(context.Draft, id, deadline, context.Now)),
            3 or 4 => ActAsync(id, "undrained", context => NodeDrains.End(context.Draft, id)),
            5 => LeaveAsync(id, "rejected", departure => departure.LeaveAsync(id, NodeLeaving.Rejected, "", CancellationToken.None)),
            6 or 7 => ActAsync(id, "approved", context => NodeMemberships.Approve(context.Draft, id)),
            _ => LeaveAsync(id, "deleted", departure => departure.LeaveAsync(id, NodeLeaving.Deleted, "", CancellationToken.None)),
        };
    }

    private async Task ActAsync(NodeId id, string what, Func<StateContext, NodeActionRefusal?> decide)
    {
        var done = await orchestrator.TryChangeAsync(context => decide(context)?.Reason ?? "done");
        world.Trace.Add($"{id} is to be {what}: {done ?? "no answer"}");
    }

    private async Task LeaveAsync(NodeId id, string what, Func<NodeDeparture, Task<NodeActionRefusal?>> leave)
    {
        world.Trace.Add($"{id} is to be {what}");
        var done = await orchestrator.TryLeaveAsync(leave);
        world.Trace.Add($"{id} is {what}: {done ?? "no answer"}");
        if (done is null or "done")
        {
            world.Checks.GivenUp(id);
        }
    }

    private async Task RestartAsync()
    {
        if (!orchestrator.IsUp)
        {
            await orchestrator.StartAsync();
        }

        foreach (var node in nodes)
        {
            node.Start();
        }
    }

    /// <summary>Kills the process of a name once what it does now is done; whatever watches over it starts it again after a while.</summary>
    private void Kill(string name)
    {
        var node = nodes.FirstOrDefault(node => node.Id.Value == name);
        if (node is null)
        {
            orchestrator.KillSoon();
        }
        else
        {
            node.KillSoon();
        }

        _ = RestartLaterAsync(node);
    }

    private async Task RestartLaterAsync(SimulatedNode? node)
    {
        await world.DelayAsync(world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(40)));
        if (node is not null)
        {
            node.Start();
        }
        else if (!orchestrator.IsUp)
        {
            await orchestrator.StartAsync();
        }
    }
}
