using System.Collections.Immutable;
using Bacalhau.Core;

namespace Bacalhau.Compute.Store;

/// <summary>What is on the node's disk, as of the last commit.</summary>
/// <param name="Memory">What is remembered of the cluster.</param>
/// <param name="Held">Executions by id.</param>
public sealed record NodeStoreState(ClusterMemory Memory, ImmutableSortedDictionary<ExecutionId, HeldExecution> Held)
{
    /// <summary>Nothing held.</summary>
    public static NodeStoreState Empty { get; } = new(new ClusterMemory(), ImmutableSortedDictionary<ExecutionId, HeldExecution>.Empty);

    /// <summary>An execution; null if it is not held.</summary>
    public HeldExecution? Find(ExecutionId id) => Held.GetValueOrDefault(id);
}
