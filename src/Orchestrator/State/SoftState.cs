using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.State;

/// <summary>What is known of the cluster and not stored: sessions, signs of life, acknowledgements, where data is. It outlives a failed commit, so that a full disk disconnects nobody.</summary>
internal static class SoftState
{
    /// <summary>The state as it was loaded again, with what was known before.</summary>
    public static ClusterSnapshot CarryOver(ClusterSnapshot before, ClusterSnapshot loaded)
    {
        var draft = new ClusterDraft(loaded with { LastAskOrder = Math.Max(before.LastAskOrder, loaded.LastAskOrder) });
        foreach (var node in draft.Nodes.ToList())
        {
            if (before.Nodes.TryGetValue(node.Id, out var known) && known.Membership == node.Membership)
            {
                draft.Put(WithSoftState(node, known), write: false);
            }
        }

        foreach (var known in before.Executions.Values)
        {
            if (draft.Execution(known.Id) is { } execution)
            {
                draft.Put(WithSoftState(execution, known), write: false);
            }
            else if (known.IsEnded)
            {
                // Its end was stored before; its node has yet to forget it.
                draft.Put(known, write: false);
            }
        }

        return draft.ToSnapshot() with { Version = before.Version + 1, Facts = before.Facts };
    }

    private static ClusterNode WithSoftState(ClusterNode node, ClusterNode known) => node with
    {
        Connection = known.Connection,
        Session = known.Session,
        BootId = known.BootId,
        Ends = known.Ends,
        LastSeenAt = known.LastSeenAt,
        ConnectedSince = known.ConnectedSince,
        DisconnectedSince = known.DisconnectedSince,
        LostSince = known.LostSince,
        LastError = known.LastError,
        Unwell = known.Unwell,
        NeedsSync = known.NeedsSync,
        Strangers = known.Strangers,
    };

    /// <summary>
    /// The store is right in all that it keeps, as the failed commit may have reached it. What has ended is in memory only as it is to be asked.
    /// </summary>
    private static LiveExecution WithSoftState(LiveExecution execution, LiveExecution known) => execution.IsEnded && known.IsEnded ? known : execution with
    {
        AckedRevision = known.AckedRevision,
        IsKnownToNode = execution.IsKnownToNode || known.IsKnownToNode,
        InLine = execution.InLine && known.InLine,
        GrantUntil = execution.GrantUntil < known.GrantUntil ? known.GrantUntil : execution.GrantUntil,
    };
}
