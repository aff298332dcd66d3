using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>Empties nodes for maintenance, and takes them back. A drain belongs to the node and not to a session: it outlives restarts until it is ended.</summary>
public static class NodeDrains
{
    /// <summary>Begins a drain, or gives the one that is on another deadline. Null when done.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="finishTime">How long what runs there may finish; null or zero to move everything at once.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? Begin(ClusterDraft draft, NodeId id, TimeSpan? finishTime, DateTimeOffset now)
    {
        if (draft.Node(id) is not { } node)
        {
            return NodeActionRefusal.Unknown(id);
        }

        if (node.IsOwnEntry)
        {
            return NodeActionRefusal.OwnEntry(id, "drained");
        }

        if (node.Membership != NodeMembership.Approved)
        {
            var state = node.Membership == NodeMembership.Pending ? "waits for approval" : "was rejected";
            return new(NodeActionObstacle.Impossible, $"node {id} {state}, so nothing runs on it", $"to let it in first: bacalhau node approve {id}");
        }

        if (node.Exit is { } exit)
        {
            return NodeActionRefusal.Leaving(id, exit);
        }

        DateTimeOffset? deadline = finishTime > TimeSpan.Zero ? now + finishTime : null;
        Change(draft, node with { Drain = new NodeDrain(node.Drain?.Since ?? now, deadline) });
        return null;
    }

    /// <summary>Ends a drain: the node takes work again. Null when done.</summary>
    public static NodeActionRefusal? End(ClusterDraft draft, NodeId id)
    {
        if (draft.Node(id) is not { } node)
        {
            return NodeActionRefusal.Unknown(id);
        }

        if (node.Drain is null)
        {
            return new(NodeActionObstacle.Done, $"node {id} is not being drained");
        }

        Change(draft, node with { Drain = null });
        return null;
    }

    /// <summary>The jobs on it are looked at again: what is to become of them has changed.</summary>
    private static void Change(ClusterDraft draft, ClusterNode node)
    {
        draft.Put(node);
        foreach (var execution in node.Executions)
        {
            if (draft.Execution(execution) is { IsEnded: false } live)
            {
                draft.MarkDirty(live.Job);
            }
        }
    }
}
