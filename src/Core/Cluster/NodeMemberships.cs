using System.Collections.Immutable;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>
/// An operator lets nodes in, shuts them out and forgets them. What a node runs that is shut out or forgotten is given to others at once; its process ends its
/// own when it hears of it, and whatever it still holds when it is back is asked to stop then.
/// </summary>
public static class NodeMemberships
{
    /// <summary>Lets a node take part. Null when done.</summary>
    public static NodeActionRefusal? Approve(ClusterDraft draft, NodeId id)
    {
        switch (draft.Node(id))
        {
            case null:
                return NodeActionRefusal.Unknown(id);
            case { Membership: NodeMembership.Approved }:
                return new(NodeActionObstacle.Done, $"node {id} is approved already");
            case var node:
                draft.Put(node with { Membership = NodeMembership.Approved });
                return null;
        }
    }

    /// <summary>Shuts a node out until it is approved. Null when done.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="why">Why, in the operator's words; empty for none.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? Reject(ClusterDraft draft, NodeId id, string why, DateTimeOffset now)
    {
        if (draft.Node(id) is not { } node)
        {
            return NodeActionRefusal.Unknown(id);
        }

        if (node.Membership == NodeMembership.Rejected)
        {
            return new(NodeActionObstacle.Done, $"node {id} is rejected already");
        }

        draft.Put(node with
        {
            Membership = NodeMembership.Rejected,
            Session = null,
            Connection = NodeConnection.Disconnected,
            DisconnectedSince = node.Connection == NodeConnection.Connected ? now : node.DisconnectedSince,
            LastError = why.Length == 0 ? "node rejected" : $"node rejected: {why}",
            Drain = null,
        });
        GiveUpWork(draft, node, $"node {id} was rejected by an operator", now);
        return null;
    }

    /// <summary>Forgets a node. Null when done.</summary>
    public static NodeActionRefusal? Delete(ClusterDraft draft, NodeId id, DateTimeOffset now)
    {
        if (draft.Node(id) is not { } node)
        {
            return NodeActionRefusal.Unknown(id);
        }

        if (node.Facts is { IsOrchestrator: true, IsCompute: true })
        {
            return new(
                NodeActionObstacle.Impossible,
                $"node {id} is the orchestrator's own and cannot be deleted while that runs",
                $"to keep work away from it: bacalhau node drain {id}");
        }

        GiveUpWork(draft, node, $"node {id} was deleted by an operator", now);
        draft.Remove(id);
        return null;
    }

    private static void GiveUpWork(ClusterDraft draft, ClusterNode node, string reason, DateTimeOffset now)
    {
        var jobs = ImmutableSortedSet.CreateBuilder<JobId>();
        foreach (var id in node.Executions)
        {
            if (draft.Execution(id) is { IsEnded: false } execution)
            {
                LostExecutions.Lose(draft, execution, now, isRecorded: false);
                if (draft.Execution(id) is { IsEnded: false } lost)
                {
                    ExecutionStops.Withdraw(draft, lost, reason, now);
                }

                jobs.Add(execution.Job);
            }

            // It hears what is to become of them when it lists them, should it ever be back.
            draft.Remove(id);
        }

        foreach (var job in jobs)
        {
            JobConclusion.Settle(draft, job, now);
        }
    }
}
