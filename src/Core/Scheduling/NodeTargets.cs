using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>Which nodes a job that is counted by node is to run on.</summary>
internal static class NodeTargets
{
    /// <summary>Whether a node is to have an execution of the job, by what it is and not by whether it has room now.</summary>
    public static bool Matches(ClusterNode node, LiveJob job) =>
        node.IsOpen && node.Facts.IsCompute && NodeFilter.FindObjection(node.Facts, job.Demand) is null;

    /// <summary>Chooses among all nodes. An ops job runs where the nodes are that answer now; a daemon follows every node that matches.</summary>
    public static PlanStep.Target Choose(ClusterSnapshot snapshot, LiveJob job)
    {
        var added = ImmutableArray.CreateBuilder<int>();
        foreach (var node in snapshot.Nodes.Values)
        {
            if (Matches(node, job) && IsWanting(snapshot, job, (int)node.Key) && (job.Demand.Kind == JobKind.Daemon || node.Connection == NodeConnection.Connected))
            {
                added.Add((int)node.Key);
            }
        }

        return new PlanStep.Target(job.Id, job.Version, added.ToImmutable(), FindDropped(snapshot, job));
    }

    /// <summary>What one changed node means for a job whose nodes are chosen; null for nothing.</summary>
    public static PlanStep.Target? Follow(ClusterSnapshot snapshot, LiveJob job, ClusterNode? node)
    {
        var isAdded = node is not null && job.Demand.Kind == JobKind.Daemon && Matches(node, job) && IsWanting(snapshot, job, (int)node.Key);
        var isDropped = node is null || job.Retries.ContainsKey((int)node.Key);
        var dropped = isDropped ? FindDropped(snapshot, job) : [];
        return isAdded || dropped.Length > 0 ? new PlanStep.Target(job.Id, job.Version, isAdded ? [(int)node!.Key] : [], dropped) : null;
    }

    /// <summary>What the job waits for in vain; null for nothing.</summary>
    public static PlanStep.Target? Drop(ClusterSnapshot snapshot, LiveJob job) =>
        FindDropped(snapshot, job) is { Length: > 0 } dropped ? new PlanStep.Target(job.Id, job.Version, [], dropped) : null;

    /// <summary>Nodes that wait for an execution and are not to have one.</summary>
    private static ImmutableArray<int> FindDropped(ClusterSnapshot snapshot, LiveJob job) =>
    [
        .. job.Retries.Keys.Where(key => snapshot.NodeByKey(key) is not { } node || !(job.Demand.Kind == JobKind.Daemon ? Matches(node, job) : IsAwaited(node, job))),
    ];

    /// <summary>An ops job waits for a node that is drained, or whose engine is away for a while, but not for one that is shut out or has other labels now.</summary>
    private static bool IsAwaited(ClusterNode node, LiveJob job) =>
        node.Membership == NodeMembership.Approved && job.Demand.Constraints.All(constraint => LabelSelector.Matches(constraint, node.Facts.Labels));

    /// <summary>An execution of an old version does not count for an ops job, which runs anew; a daemon's is replaced in its turn.</summary>
    private static bool IsWanting(ClusterSnapshot snapshot, LiveJob job, int key) =>
        !job.Retries.ContainsKey(key)
        && !(job.Holders.TryGetValue(key, out var holder)
            && (job.Demand.Kind == JobKind.Daemon || (snapshot.Executions.TryGetValue(holder, out var execution) && job.IsCurrent(execution.JobVersion))));
}
