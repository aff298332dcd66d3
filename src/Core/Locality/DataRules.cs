using System.Collections.Immutable;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Locality;

/// <summary>Says which nodes are no candidates for want of a job's data.</summary>
public static class DataRules
{
    /// <summary>What of a job's data a node is known not to have, where it must have it; null for nothing. The reason is the same text for all nodes that lack alike.</summary>
    /// <param name="facts">What is known of where data is.</param>
    /// <param name="demand">What the job needs.</param>
    /// <param name="partition">One partition of it; null for the job as a whole.</param>
    /// <param name="node">The node.</param>
    /// <param name="now">The time.</param>
    public static string? FindLack(ImmutableSortedDictionary<string, DataFact> facts, JobDemand demand, int? partition, NodeId node, DateTimeOffset now)
    {
        foreach (var need in demand.Data)
        {
            if ((need.IsFixed || demand.RequiresData) && facts.TryGetValue(need.Key, out var fact) && FindLack(fact, partition, node, now) is { } lack)
            {
                return lack;
            }
        }

        return null;
    }

    private static string? FindLack(DataFact fact, int? partition, NodeId node, DateTimeOffset now)
    {
        var need = fact.Need;
        if (fact.IsLackedBy(node, now))
        {
            return fact.Holdings.GetValueOrDefault(node)?.Lack is { Length: > 0 } reason ? reason : $"does not hold {need.Name}";
        }

        if (need.IsFixed || fact.HeldBy(node, now) is not { } held || (need.Partitions > 1 && partition is null))
        {
            return null;
        }

        var total = fact.TotalOf(partition ?? 0);
        return fact.BytesOf(held, partition ?? 0, total) < total ? $"holds only a part of {need.Name}" : null;
    }
}
