namespace Bacalhau.Core.Cluster;

/// <summary>
/// What becomes of the executions that a restored store does not know. Nobody can tell any more whether they are wanted, so they run on until an operator says
/// what is to become of them. They cannot be adopted: their jobs are in no store.
/// </summary>
public static class HeldWork
{
    /// <summary>A store has turned out to be a restored backup: whatever its nodes hold that it does not know may well be wanted.</summary>
    public static void Begin(ClusterDraft draft)
    {
        foreach (var node in draft.Nodes.Where(node => !node.HoldsStrangers).ToList())
        {
            draft.Put(node with { HoldsStrangers = true });
        }
    }

    /// <summary>
    /// Stops what is held on a node, and whatever it may list later that the store does not know, were it after a restart. What the node is given from a term
    /// on is not meant: should the store be restored again, that is held. Gives how many executions are asked to stop now.
    /// </summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="term">Term above all in which the node was given what is held.</param>
    /// <param name="now">Time of the commit.</param>
    public static int Stop(ClusterDraft draft, NodeId id, long term, DateTimeOffset now)
    {
        if (draft.Node(id) is not { } node)
        {
            return 0;
        }

        var held = node.Strangers.Where(pair => pair.Value.Wish == StrangerWish.Hold).ToList();
        var stopped = held.Select(pair => KeyValuePair.Create(
            pair.Key, pair.Value with { Wish = StrangerWish.Stop, AskRevision = pair.Value.AskRevision + 1, IsAcked = false, Since = now }));
        draft.Put(node with { HoldsStrangers = false, StopsStrangersBelow = term, Strangers = node.Strangers.SetItems(stopped) });
        return held.Count;
    }
}
