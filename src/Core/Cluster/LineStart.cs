namespace Bacalhau.Core.Cluster;

/// <summary>Gives freed room of a node to the head of its line.</summary>
public static class LineStart
{
    /// <summary>Takes executions out of the line, first in line first, as long as the first one fits. The store need not know: the node does the same by itself.</summary>
    public static void Promote(ClusterDraft draft, NodeId id)
    {
        while (draft.Node(id) is { Line.IsEmpty: false } node
            && draft.Execution(node.Line.Min.Execution) is { } head
            && head.Amount.FitsIn(node.Free))
        {
            draft.Put(head with { InLine = false }, write: false);
        }
    }
}
