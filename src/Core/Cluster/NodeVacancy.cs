using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>What is free on a node that takes work now; ordered from the fullest node to the emptiest, so that a planner finds the best one without looking at all.</summary>
/// <param name="Left">Share of the node that is free.</param>
/// <param name="Key">The node's key, so that there is always one order.</param>
/// <param name="Node">The node.</param>
/// <param name="Free">Its free room.</param>
/// <param name="Facts">What it said of itself.</param>
public sealed record NodeVacancy(double Left, long Key, NodeId Node, ResourceAmount Free, NodeFacts Facts) : IComparable<NodeVacancy>
{
    /// <summary>The order from the emptiest node to the fullest. It is not the other order backwards: nodes that are alike stand in the order of their keys in both.</summary>
    public static readonly IComparer<NodeVacancy> EmptiestFirst = Comparer<NodeVacancy>.Create((one, other) =>
        one.Left != other.Left ? other.Left.CompareTo(one.Left) : one.Key.CompareTo(other.Key));

    /// <summary>The vacancy of a node as it stands; null if it takes no work now, or work waits in its line already.</summary>
    public static NodeVacancy? Of(ClusterNode node) => node.IsEligible && node.Line.IsEmpty ? Of(node, node.Free) : null;

    /// <summary>The vacancy of a node of which so much is free.</summary>
    public static NodeVacancy Of(ClusterNode node, ResourceAmount free)
    {
        var capacity = node.Facts.Capacity;
        var left = Share(free.CpuMillis, capacity.CpuMillis) + Share(free.MemoryBytes, capacity.MemoryBytes) + (4 * Share(free.Gpus, capacity.Gpus));
        return new NodeVacancy(left, node.Key, node.Id, free, node.Facts);
    }

    /// <inheritdoc/>
    public int CompareTo(NodeVacancy? other)
    {
        var byLeft = Left.CompareTo(other!.Left);
        return byLeft != 0 ? byLeft : Key.CompareTo(other.Key);
    }

    private static double Share(long part, long whole) => whole <= 0 ? 0 : (double)part / whole;
}

/// <summary>How much work can be done in all.</summary>
/// <param name="Nodes">Nodes that take work now.</param>
/// <param name="Capacity">What they have, free or not.</param>
public readonly record struct ClusterCapacity(int Nodes, ResourceAmount Capacity)
{
    /// <summary>The sum with one node instead of another, or instead of what it was before; null for none.</summary>
    public ClusterCapacity With(ClusterNode? old, ClusterNode? now) => new(
        Nodes - (old is { IsEligible: true } ? 1 : 0) + (now is { IsEligible: true } ? 1 : 0),
        Capacity - CapacityOf(old) + CapacityOf(now));

    private static ResourceAmount CapacityOf(ClusterNode? node) => node is { IsEligible: true } ? node.Facts.Capacity : ResourceAmount.Zero;
}
