using System.Collections.Immutable;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>
/// An operator lets nodes in, shuts them out and forgets them. What a node still runs that is shut out or forgotten is given to others at once; its process ends its
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

    /// <summary>
    /// Prepares a node's leaving, so that its work is not begun elsewhere while it still runs there: the node is given nothing new, and all that it runs is asked to
    /// stop. Null when done, else why it cannot be rejected or deleted.
    /// </summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="leaving">Whether it is to be rejected or deleted.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? Prepare(ClusterDraft draft, NodeId id, NodeLeaving leaving, DateTimeOffset now)
    {
        if (FindObjection(draft, id, leaving) is { } objection)
        {
            return objection;
        }

        var node = draft.Node(id)!;
        if (node is { Connection: NodeConnection.Connected, Membership: NodeMembership.Approved })
        {
            draft.Put(node with { Drain = new NodeDrain(node.Drain?.Since ?? now, null) });
            foreach (var execution in node.Executions.Select(draft.Execution).OfType<LiveExecution>().Where(execution => !execution.IsEnded))
            {
                ExecutionStops.Ask(draft, execution, ReasonOf(id, leaving), now);
            }
        }

        return null;
    }

    /// <summary>Shuts a node out until it is approved. Null when done.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="why">Why, in the operator's words; empty for none.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? Reject(ClusterDraft draft, NodeId id, string why, DateTimeOffset now)
    {
        if (FindObjection(draft, id, NodeLeaving.Rejected) is { } objection)
        {
            return objection;
        }

        var node = draft.Node(id)!;
        draft.Put(node with
        {
            Membership = NodeMembership.Rejected,
            Session = null,
            Connection = NodeConnection.Disconnected,
            DisconnectedSince = node.Connection == NodeConnection.Connected ? now : node.DisconnectedSince,
            LastError = why.Length == 0 ? "node rejected" : $"node rejected: {why}",
            Drain = null,
        });
        GiveUpWork(draft, node, ReasonOf(id, NodeLeaving.Rejected), now);
        return null;
    }

    /// <summary>Forgets a node. Null when done.</summary>
    public static NodeActionRefusal? Delete(ClusterDraft draft, NodeId id, DateTimeOffset now)
    {
        if (FindObjection(draft, id, NodeLeaving.Deleted) is { } objection)
        {
            return objection;
        }

        GiveUpWork(draft, draft.Node(id)!, ReasonOf(id, NodeLeaving.Deleted), now);
        draft.Remove(id);
        return null;
    }

    private static NodeActionRefusal? FindObjection(ClusterDraft draft, NodeId id, NodeLeaving leaving) => (draft.Node(id), leaving) switch
    {
        (null, _) => NodeActionRefusal.Unknown(id),
        ({ IsOwnEntry: true }, _) => NodeActionRefusal.OwnEntry(id, leaving == NodeLeaving.Rejected ? "rejected" : "deleted"),
        ({ Membership: NodeMembership.Rejected }, NodeLeaving.Rejected) => new(NodeActionObstacle.Done, $"node {id} is rejected already"),
        ({ Facts: { IsOrchestrator: true, IsCompute: true } }, NodeLeaving.Deleted) => new(
            NodeActionObstacle.Impossible,
            $"node {id} is the orchestrator's own and cannot be deleted while that runs",
            $"to keep work away from it: bacalhau node drain {id}"),
        _ => null,
    };

    private static string ReasonOf(NodeId id, NodeLeaving leaving) =>
        leaving == NodeLeaving.Rejected ? $"node {id} was rejected by an operator" : $"node {id} was deleted by an operator";

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

/// <summary>How a node leaves the cluster.</summary>
public enum NodeLeaving
{
    /// <summary>It is shut out until it is approved.</summary>
    Rejected,

    /// <summary>It is forgotten.</summary>
    Deleted,
}
