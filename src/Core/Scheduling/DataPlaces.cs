using Bacalhau.Core.Cluster;
using Bacalhau.Core.Locality;

namespace Bacalhau.Core.Scheduling;

/// <summary>Where the data of a job, or of one of its partitions, is while a plan is made.</summary>
internal sealed class DataPlaces
{
    /// <summary>Nothing is known, or counts.</summary>
    public static readonly DataPlaces None = new(ClusterSnapshot.Empty, new JobDemand { Count = 0, Amount = default, Engine = "" }, 0, default);

    private readonly ClusterSnapshot snapshot;
    private readonly JobDemand demand;
    private readonly int partition;
    private readonly DateTimeOffset now;
    private readonly Dictionary<NodeId, long> bytes = [];
    private List<(NodeId Node, long Bytes)>? holders;

    public DataPlaces(ClusterSnapshot snapshot, JobDemand demand, int partition, DateTimeOffset now)
    {
        (this.snapshot, this.demand, this.partition, this.now) = (snapshot, demand, partition, now);
        HasHardNeeds = demand.RequiresData || demand.Data.Any(need => need.IsFixed);
        foreach (var need in demand.Data)
        {
            if (snapshot.Facts.TryGetValue(need.Key, out var fact))
            {
                Add(fact);
            }
        }
    }

    /// <summary>Whether nodes are alike, as far as anybody knows.</summary>
    public bool IsNone => bytes.Count == 0 && !HasHardNeeds;

    /// <summary>Whether nodes without the data are no candidates.</summary>
    public bool HasHardNeeds { get; }

    /// <summary>Bytes that there are, as far as anybody knows; at least 1 for each input that is anywhere.</summary>
    public long Total { get; private set; }

    /// <summary>How fast nodes fetch such data, in bytes per second; 0 if none has said.</summary>
    public long BytesPerSecond { get; private set; }

    /// <summary>Nodes that hold something, those with most first.</summary>
    public IReadOnlyList<(NodeId Node, long Bytes)> Holders =>
        holders ??= [.. bytes.Select(pair => (pair.Key, pair.Value)).OrderByDescending(holder => holder.Value).ThenBy(holder => holder.Key)];

    /// <summary>Bytes on a node.</summary>
    public long BytesOn(NodeId node) => bytes.GetValueOrDefault(node);

    /// <summary>Bytes that would have to move to a node.</summary>
    public long MissingOn(NodeId node) => Total - BytesOn(node);

    /// <summary>Why the node is no candidate; null if it is one.</summary>
    public string? FindObjection(NodeId node) => HasHardNeeds ? DataRules.FindObjection(snapshot.Facts, demand, partition, node, now) : null;

    /// <summary>This plan has work brought to a node that fetches all of it.</summary>
    public void Expect(NodeId node)
    {
        if (demand.Data.Any(need => !need.IsFixed))
        {
            Total = Math.Max(1, Total);
            bytes[node] = Total;
            holders = null;
        }
    }

    /// <summary>Why a node was chosen, for people; null if its data has nothing to do with it.</summary>
    public string? ChoiceOf(NodeId node) => BytesOn(node) switch
    {
        0 when bytes.Count > 0 => "no node that holds its inputs has room",
        0 => null,
        var held when held >= Total => "holds its inputs",
        var held => $"holds {NodeFilter.Bytes(held)} of the {NodeFilter.Bytes(Total)} of its inputs",
    };

    private void Add(DataFact fact)
    {
        var total = fact.TotalOf(partition);
        var isAnywhere = false;
        foreach (var (node, held) in fact.Holdings)
        {
            if (held.IsAny && fact.Counts(held, now) && fact.BytesOf(held, partition, total) is > 0 and var here)
            {
                isAnywhere = true;
                bytes[node] = BytesOn(node) + here;
            }
        }

        Total += isAnywhere ? Math.Max(1, total) : total;
        BytesPerSecond = Math.Max(BytesPerSecond, fact.BytesPerSecond);
    }
}
