using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Which nodes are listed, and in which order (spec: http-api.md §7).</summary>
internal sealed record NodeListing
{
    /// <summary>Requirements on labels.</summary>
    public ImmutableArray<LabelRequirement> Labels { get; init; } = [];

    /// <summary>Membership by its name without case; empty for all, an unknown name for none.</summary>
    public string Approval { get; init; } = "";

    /// <summary>Connection by its name without case; empty for all, an unknown name for none.</summary>
    public string Status { get; init; } = "";

    /// <summary>One of <see cref="Orders"/>.</summary>
    public string OrderBy { get; init; } = "";

    /// <summary>Whether the order is turned round.</summary>
    public bool IsReversed { get; init; }

    /// <summary>Most nodes; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>The orders there are; the empty one is by id.</summary>
    public static ImmutableArray<string> Orders { get; } =
        ["", "id", "type", "available_cpu", "available_memory", "available_disk", "available_gpu", "approval", "status"];

    /// <summary>The nodes in order.</summary>
    public IEnumerable<ClusterNode> Select(ClusterSnapshot snapshot)
    {
        var ordered = Order(snapshot.Nodes.Values.Where(IsListed));
        var turned = IsReversed ? ordered.Reverse() : ordered;
        return Limit > 0 ? turned.Take(Limit) : turned;
    }

    private static long Free(ClusterNode node, long free) => node.Connection == NodeConnection.Connected ? free : 0;

    private bool IsListed(ClusterNode node) =>
        (Approval.Length == 0 || Approval.Equals(NodeStates.MembershipOf(node), StringComparison.OrdinalIgnoreCase))
        && (Status.Length == 0
            || Status.Equals(node.Connection == NodeConnection.Connected ? "connected" : "disconnected", StringComparison.OrdinalIgnoreCase))
        && LabelSelector.Matches(Labels, node.Facts.Labels);

    /// <summary>The snapshot's nodes come by id, which decides between equals.</summary>
    private IEnumerable<ClusterNode> Order(IEnumerable<ClusterNode> nodes) => OrderBy switch
    {
        "type" => nodes.OrderBy(node => node.Facts.IsCompute),
        "available_cpu" => nodes.OrderByDescending(node => Free(node, node.Free.CpuMillis)),
        "available_memory" => nodes.OrderByDescending(node => Free(node, node.Free.MemoryBytes)),
        "available_disk" => nodes.OrderByDescending(node => Free(node, node.Free.DiskBytes)),
        "available_gpu" => nodes.OrderByDescending(node => Free(node, node.Free.Gpus)),
        "approval" or "status" => nodes.OrderBy(NodeStates.MembershipOf, StringComparer.Ordinal),
        _ => nodes,
    };
}
