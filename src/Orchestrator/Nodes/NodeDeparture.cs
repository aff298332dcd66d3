using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Nodes;

/// <summary>
/// Shuts a node out, or forgets it. One that is connected stops what it runs first, so that nothing runs twice; one that does not in time, or is not there, is given
/// up as it is.
/// </summary>
internal sealed class NodeDeparture(StateWriter state, TimeProvider clock)
{
    /// <summary>How long a node may take to stop what it runs: a little more than the time a task is given to end unless its job says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Rejects a node. Null when done.</summary>
    public Task<NodeActionRefusal?> RejectAsync(NodeId id, string why, CancellationToken cancellation) =>
        LeaveAsync(id, NodeLeaving.Rejected, change => NodeMemberships.Reject(change.Draft, id, why, change.Now), cancellation);

    /// <summary>Deletes a node. Null when done.</summary>
    public Task<NodeActionRefusal?> DeleteAsync(NodeId id, CancellationToken cancellation) =>
        LeaveAsync(id, NodeLeaving.Deleted, change => NodeMemberships.Delete(change.Draft, id, change.Now), cancellation);

    private async Task<NodeActionRefusal?> LeaveAsync(
        NodeId id, NodeLeaving leaving, Func<StateContext, NodeActionRefusal?> leave, CancellationToken cancellation)
    {
        if (await state.DecideAsync(change => NodeMemberships.Prepare(change.Draft, id, leaving, change.Now), cancellation) is { } refusal)
        {
            return refusal;
        }

        await WaitUntilEmptyAsync(id, cancellation);

        // What has begun is brought to its end, even if whoever asked is gone.
        return await state.DecideAsync(leave, CancellationToken.None);
    }

    private async Task WaitUntilEmptyAsync(NodeId id, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            for (var now = state.Current; IsAtWork(now, id); now = state.Current)
            {
                await state.WaitForChangeAsync(now.Version, either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // It is given up as it is.
        }
    }

    private static bool IsAtWork(ClusterSnapshot now, NodeId id) =>
        now.Nodes.TryGetValue(id, out var node)
        && node.Connection == NodeConnection.Connected
        && node.Executions.Any(execution => now.Executions[execution] is { IsEnded: false });
}
