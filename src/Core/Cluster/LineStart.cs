namespace Bacalhau.Core.Cluster;

/// <summary>Gives freed room of a node to the head of its line.</summary>
public static class LineStart
{
    /// <summary>Takes executions out of the line, first in line first, as long as the first one fits. The store need not know: the node does the same by itself.</summary>
    public static void Promote(ClusterDraft draft, NodeId id)
    {
        // Before a node's list is compared, nobody knows what has room there.
        while (draft.Node(id) is { Line.IsEmpty: false, NeedsSync: false, Session: not null } node
            && draft.Execution(node.Line.Min.Execution) is { HoldsRoom: true } head
            && head.Amount.FitsIn(node.Free))
        {
            draft.Put(head with { InLine = false }, write: false);
        }
    }
}
