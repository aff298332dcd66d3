using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Nodes;

/// <summary>
/// Rejects or deletes a node, and waits until that is done. What was begun is brought to its end also without whoever asked, and by the next orchestrator if this one
/// dies (<see cref="LivenessLoop"/>).
/// </summary>
internal sealed class NodeDeparture(StateWriter state, TimeProvider clock)
{
    /// <summary>Rejects or deletes a node. Null when done.</summary>
    public async Task<NodeActionRefusal?> LeaveAsync(NodeId id, NodeLeaving how, string why, CancellationToken cancellation)
    {
        if (await state.DecideAsync(change => NodeMemberships.BeginExit(change.Draft, id, how, why, change.Now), cancellation) is { } refusal)
        {
            return refusal;
        }

        using var limit = new CancellationTokenSource(NodeExit.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        for (var now = state.Current; IsLeaving(now, id); now = state.Current)
        {
            if (NodeMemberships.MayLeave(now.Executions.GetValueOrDefault, now.Nodes[id], clock.GetUtcNow()))
            {
                await state.DecideAsync(change => LeaveIfDue(change, id), CancellationToken.None);
                continue;
            }

            try
            {
                await state.WaitForChangeAsync(now.Version, either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // It has had its time.
                await state.DecideAsync(change => LeaveNow(change, id), CancellationToken.None);
            }
        }

        return null;
    }

    private static bool IsLeaving(ClusterSnapshot now, NodeId id) => now.Nodes.TryGetValue(id, out var node) && node.Exit is not null;

    private static bool LeaveIfDue(StateContext change, NodeId id)
    {
        var isDue = change.Draft.Node(id) is { } node && NodeMemberships.MayLeave(change.Draft.Execution, node, change.Now);
        return isDue && LeaveNow(change, id);
    }

    private static bool LeaveNow(StateContext change, NodeId id)
    {
        NodeMemberships.Leave(change.Draft, id, change.Now);
        return true;
    }
}
