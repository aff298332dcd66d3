using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>What a namespace holds of the cluster.</summary>
/// <param name="Amount">Room that its executions hold on nodes.</param>
/// <param name="Executions">Executions that hold a partition.</param>
/// <param name="Jobs">Jobs that have such executions.</param>
public readonly record struct NamespaceUsage(ResourceAmount Amount, int Executions, int Jobs)
{
    /// <summary>The sum.</summary>
    public NamespaceUsage Plus(ResourceAmount amount, int executions, int jobs) => new(Amount + amount, Executions + executions, Jobs + jobs);
}
