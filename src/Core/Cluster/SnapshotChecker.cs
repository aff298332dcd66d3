using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>States what holds of every snapshot. Used by property tests and by the simulator after each commit.</summary>
public static class SnapshotChecker
{
    /// <summary>Everything that should hold and does not, in words.</summary>
    public static IEnumerable<string> FindViolations(ClusterSnapshot snapshot) =>
        CheckJobs(snapshot).Concat(CheckExecutions(snapshot)).Concat(CheckNodes(snapshot)).Concat(CheckNodeIndexes(snapshot)).Concat(CheckUsage(snapshot));

    private static IEnumerable<string> CheckJobs(ClusterSnapshot snapshot)
    {
        foreach (var (id, job) in snapshot.Jobs)
        {
            if (job.IsQueued != snapshot.Queue.Contains(job.QueueEntry))
            {
                yield return $"job {id} waits: {job.IsQueued}, but is in the queue: {!job.IsQueued}";
            }

            if (job.WakeAt is { } at && !snapshot.WakeUps.Contains(new WakeUp(at, id)))
            {
                yield return $"job {id} is to be woken at {at:O}, but is not listed";
            }

            if (job.State.IsTerminal() && job.LiveCount == 0)
            {
                yield return $"job {id} is over and holds nothing, but is in the snapshot";
            }

            foreach (var (partition, holder) in job.Holders)
            {
                if (!snapshot.Executions.TryGetValue(holder, out var execution) || !execution.HoldsPartition || execution.Partition != partition)
                {
                    yield return $"job {id} says that {holder} holds partition {partition}, which it does not";
                }

                if (job.Completed.Contains(partition))
                {
                    yield return $"job {id}: partition {partition} has a result and is held by {holder} all the same";
                }
            }

            foreach (var (partition, surge) in job.Surges)
            {
                if (!snapshot.Executions.TryGetValue(surge, out var execution) || !execution.HoldsPartition || !execution.IsSurge || execution.Partition != partition)
                {
                    yield return $"job {id} says that {surge} is a surge of partition {partition}, which it is not";
                }

                if (!job.Holders.ContainsKey(partition))
                {
                    yield return $"job {id}: {surge} is a surge of partition {partition}, which nothing holds";
                }
            }

            for (var partition = 0; partition < Math.Min(Math.Min(job.NextFresh, job.Demand.Count), 64) && !job.State.IsTerminal(); partition++)
            {
                if (!job.Completed.Contains(partition) && !job.Holders.ContainsKey(partition) && !job.Retries.ContainsKey(partition))
                {
                    yield return $"job {id}: partition {partition} is forgotten: no result, no execution, not waiting";
                }
            }
        }
    }

    private static IEnumerable<string> CheckExecutions(ClusterSnapshot snapshot)
    {
        foreach (var (id, execution) in snapshot.Executions)
        {
            if (execution.HoldsPartition && execution.IsEnded)
            {
                yield return $"execution {id} has ended and holds its partition";
            }

            if (execution.HoldsPartition
                && snapshot.Jobs.TryGetValue(execution.Job, out var job)
                && (execution.IsSurge ? job.Surges : job.Holders).GetValueOrDefault(execution.Partition) != id)
            {
                yield return $"execution {id} holds partition {execution.Partition} of {execution.Job}, which has another holder";
            }

            if (execution.HoldsPartition && !snapshot.Jobs.ContainsKey(execution.Job))
            {
                yield return $"execution {id} holds a partition of {execution.Job}, which is gone";
            }
        }
    }

    private static IEnumerable<string> CheckUsage(ClusterSnapshot snapshot)
    {
        var counted = new SortedDictionary<string, NamespaceUsage>(StringComparer.Ordinal);
        foreach (var execution in snapshot.Executions.Values)
        {
            counted[execution.Namespace] = counted.GetValueOrDefault(execution.Namespace).Plus(
                execution is { HoldsRoom: true, InLine: false } ? execution.Amount : ResourceAmount.Zero, execution.HoldsPartition ? 1 : 0, 0);
        }

        foreach (var job in snapshot.Jobs.Values.Where(job => job.LiveCount > 0))
        {
            counted[job.Namespace] = counted.GetValueOrDefault(job.Namespace).Plus(ResourceAmount.Zero, 0, 1);
        }

        foreach (var space in counted.Keys.Union(snapshot.Usage.Keys))
        {
            if (counted.GetValueOrDefault(space) != snapshot.Usage.GetValueOrDefault(space))
            {
                yield return $"namespace {space} is counted with {snapshot.Usage.GetValueOrDefault(space)}, its executions hold {counted.GetValueOrDefault(space)}";
            }
        }
    }

    private static IEnumerable<string> CheckNodes(ClusterSnapshot snapshot)
    {
        foreach (var (id, node) in snapshot.Nodes)
        {
            var used = ResourceAmount.Zero;
            foreach (var executionId in node.Executions)
            {
                if (!snapshot.Executions.TryGetValue(executionId, out var execution) || execution.Node != id)
                {
                    yield return $"node {id} lists {executionId}, which is not on it";
                    continue;
                }

                used += execution is { HoldsRoom: true, InLine: false } ? execution.Amount : ResourceAmount.Zero;
                var isUnsent = execution.AskRevision > execution.AckedRevision;
                if (isUnsent != node.Outbox.Contains(new LinePlace(execution.AskOrder, executionId)))
                {
                    yield return $"execution {executionId} is unsent: {isUnsent}, but in the outbox of {id}: {!isUnsent}";
                }
            }

            if (used != node.Used)
            {
                yield return $"node {id} counts {node.Used} as used, its executions hold {used}";
            }
        }
    }

    private static IEnumerable<string> CheckNodeIndexes(ClusterSnapshot snapshot)
    {
        var nodes = snapshot.Nodes.Values;
        if (!snapshot.Vacancies.SequenceEqual(nodes.Select(NodeVacancy.Of).OfType<NodeVacancy>().Order()))
        {
            yield return "the vacancies listed are not those of the nodes";
        }

        if (!snapshot.Lined.SequenceEqual(nodes.Where(node => !node.Line.IsEmpty).Select(node => node.Id)))
        {
            yield return "the nodes listed with a line are not those that have one";
        }

        if (!snapshot.Unserved.SequenceEqual(nodes.Where(node => node.HasUnsent).Select(node => node.Id)))
        {
            yield return "the nodes listed with unsent wishes are not those that have some";
        }

        if (!snapshot.NodesByKey.Values.Order().SequenceEqual(snapshot.Nodes.Keys))
        {
            yield return "the nodes listed by key are not the nodes";
        }

        var capacity = nodes.Aggregate(default(ClusterCapacity), (sum, node) => sum.With(null, node));
        if (capacity != snapshot.Capacity)
        {
            yield return $"the nodes that take work are counted with {snapshot.Capacity}, and are {capacity}";
        }
    }
}
