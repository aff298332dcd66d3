using System.Collections.Immutable;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Locality;

/// <summary>Says which nodes are no candidates for want of a job's data.</summary>
public static class DataRules
{
    /// <summary>What of a job's data a node is known not to have, where it must have it; null for nothing. The reason is the same text for all nodes that lack alike.</summary>
    /// <param name="facts">What is known of where data is.</param>
    /// <param name="demand">What the job needs.</param>
    /// <param name="node">The node.</param>
    /// <param name="now">The time.</param>
    public static string? FindLack(ImmutableSortedDictionary<string, DataFact> facts, JobDemand demand, NodeId node, DateTimeOffset now) =>
        Find(facts, demand, (need, fact) => fact.IsLackedBy(node, now) ? LackOf(fact, node) : need.Partitions > 1 ? null : FindMissingPart(fact, 0, node, now));

    /// <summary>
    /// Why a partition may not be placed on a node for want of its data; null if it may. A node that has not answered may have what cannot move, as it refuses by itself
    /// what it lacks; data that is required has to be known to be there.
    /// </summary>
    /// <param name="facts">What is known of where data is.</param>
    /// <param name="demand">What the job needs.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="node">The node.</param>
    /// <param name="now">The time.</param>
    public static string? FindObjection(ImmutableSortedDictionary<string, DataFact> facts, JobDemand demand, int partition, NodeId node, DateTimeOffset now) => Find(
        facts,
        demand,
        (need, fact) => fact.IsLackedBy(node, now) ? LackOf(fact, node)
            : demand.RequiresData && !need.IsFixed && fact.HeldBy(node, now) is null or { IsOnItsWay: true } ? $"has not said that it holds {need.Name}"
            : FindMissingPart(fact, partition, node, now));

    private static string? Find(ImmutableSortedDictionary<string, DataFact> facts, JobDemand demand, Func<DataNeed, DataFact, string?> find)
    {
        foreach (var need in demand.Data)
        {
            if ((need.IsFixed || demand.RequiresData) && facts.TryGetValue(need.Key, out var fact) && find(need, fact) is { } lack)
            {
                return lack;
            }
        }

        return null;
    }

    private static string LackOf(DataFact fact, NodeId node) =>
        fact.Holdings.GetValueOrDefault(node)?.Lack is { Length: > 0 } reason ? reason : $"does not hold {fact.Need.Name}";

    private static string? FindMissingPart(DataFact fact, int partition, NodeId node, DateTimeOffset now)
    {
        if (fact.Need.IsFixed || fact.HeldBy(node, now) is not { } held)
        {
            return null;
        }

        var total = fact.TotalOf(partition);
        return fact.BytesOf(held, partition, total) < total ? $"holds only a part of {fact.Need.Name}" : null;
    }
}
