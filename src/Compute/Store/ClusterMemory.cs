namespace Bacalhau.Compute.Store;

/// <summary>What a node remembers of its cluster over restarts.</summary>
public sealed record ClusterMemory
{
    /// <summary>Random id made with the store; what the node starts on its machine (containers, folders) carries it, so that nothing of another node is swept.</summary>
    public string OwnerId { get => field ?? ""; init; }

    /// <summary>The cluster's id; empty before the first welcome.</summary>
    public string Cluster { get => field ?? ""; init; }

    /// <summary>Highest term ever seen; messages of a lower one are dropped.</summary>
    public long HighestTerm { get; init; }
}
