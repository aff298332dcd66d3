using System.Collections.Immutable;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Locality;

/// <summary>Changes what is known of where data is.</summary>
public static class DataFacts
{
    /// <summary>Most needs that are remembered; beyond it those asked longest ago are forgotten.</summary>
    private const int MostFacts = 4096;

    /// <summary>A need is asked for now.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="need">What is asked for.</param>
    /// <param name="asked">The nodes that are to answer in any case; empty if only holders are.</param>
    /// <param name="now">The time.</param>
    /// <param name="dueAt">Until when answers are waited for.</param>
    public static void Ask(ClusterDraft draft, DataNeed need, ImmutableSortedSet<NodeId> asked, DateTimeOffset now, DateTimeOffset dueAt)
    {
        var known = draft.Fact(need.Key);
        var kept = known is null ? ImmutableSortedDictionary<NodeId, DataHolding>.Empty
            : known.Holdings.RemoveRange(known.Holdings.Where(pair => !known.Counts(pair.Value, now)).Select(pair => pair.Key));
        var isKnown = kept.Values.Any(held => held.IsAny);
        draft.Put(new DataFact
        {
            Need = need,
            AskedAt = now,
            DueAt = dueAt,
            Asked = asked,
            Rounds = known is { HasHolder: false } ? known.Rounds + 1 : 1,
            Holdings = kept,
            HasHolder = isKnown,
            WasKnown = isKnown,
            TotalBytes = known?.TotalBytes ?? 0,
            BytesPerSecond = known?.BytesPerSecond ?? 0,
        });
        Forget(draft);
    }

    /// <summary>A node has answered.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="node">The node.</param>
    /// <param name="key">Key of the need.</param>
    /// <param name="held">What it holds, which may be nothing.</param>
    /// <param name="bytesPerSecond">How fast it has fetched data; 0 if it does not know.</param>
    public static void Answer(ClusterDraft draft, NodeId node, string key, DataHolding held, long bytesPerSecond)
    {
        if (draft.Fact(key) is not { } fact || draft.Node(node) is null)
        {
            return;
        }

        if (!held.IsAny && fact.Holdings.TryGetValue(node, out var before) && held.At < before.OnItsWaySince + DataFact.LongestWay)
        {
            held = before with { At = held.At };
        }

        fact = fact with
        {
            BytesPerSecond = bytesPerSecond > 0 ? bytesPerSecond : fact.BytesPerSecond,
            TotalBytes = Math.Max(fact.TotalBytes, Math.Max(held.Bytes, held.TotalBytes)),
        };
        Put(draft, fact, fact.Holdings.SetItem(node, held));
    }

    /// <summary>Work was placed on a node that brings all it needs there.</summary>
    public static void Expect(ClusterDraft draft, NodeId node, ImmutableArray<DataNeed> needs, DateTimeOffset now)
    {
        foreach (var need in needs)
        {
            if (!need.IsFixed && need.Partitions == 1 && draft.Fact(need.Key) is { } fact && fact.HeldBy(node, now) is null)
            {
                Put(draft, fact, fact.Holdings.SetItem(node, new DataHolding { OnItsWaySince = now, At = now }));
            }
        }
    }

    /// <summary>Work runs on a node that was to bring all it needs there.</summary>
    public static void Arrive(ClusterDraft draft, NodeId node, ImmutableArray<DataNeed> needs, DateTimeOffset now)
    {
        foreach (var need in needs)
        {
            if (draft.Fact(need.Key) is { } fact && fact.Holdings.TryGetValue(node, out var held) && held.IsOnItsWay)
            {
                Put(draft, fact, fact.Holdings.SetItem(node, held with { OnItsWaySince = null, IsWhole = true, At = now }));
            }
        }
    }

    /// <summary>What a node was believed to hold could not be made ready there.</summary>
    public static void Withdraw(ClusterDraft draft, NodeId node, ImmutableArray<DataNeed> needs)
    {
        foreach (var need in needs)
        {
            if (draft.Fact(need.Key) is { } fact && fact.Holdings.ContainsKey(node))
            {
                Put(draft, fact, fact.Holdings.Remove(node));
            }
        }
    }

    private static void Put(ClusterDraft draft, DataFact fact, ImmutableSortedDictionary<NodeId, DataHolding> holdings)
    {
        draft.Put(fact with { Holdings = holdings, HasHolder = holdings.Values.Any(held => held.IsAny) });
    }

    private static void Forget(ClusterDraft draft)
    {
        if (draft.FactCount > MostFacts)
        {
            foreach (var old in draft.Facts.OrderBy(fact => fact.AskedAt).ThenBy(fact => fact.Need.Key, StringComparer.Ordinal).Take(MostFacts / 4).ToList())
            {
                draft.RemoveFact(old.Need.Key);
            }
        }
    }
}
