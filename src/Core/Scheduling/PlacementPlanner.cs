using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Decides what is to be done about the cluster as it stands: which waiting partitions go to which nodes, which executions are replaced, which jobs wait and which
/// can no longer succeed. Pure: the same snapshot, time, memory and ids give the same plan.
/// </summary>
public static class PlacementPlanner
{
    /// <summary>Makes a plan.</summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="now">The time.</param>
    /// <param name="ids">Where ids of new executions come from.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="memory">What the last pass left.</param>
    public static (Plan Plan, PlannerMemory Memory) Plan(
        ClusterSnapshot snapshot, DateTimeOffset now, IIdSource ids, PlannerOptions options, PlannerMemory memory)
    {
        var plan = new PlanInProgress(snapshot, now, ids, options, memory);
        var (jobs, queue) = (new JobPass(plan), new QueuePass(plan));
        jobs.ApplyTimeouts(DueJobs(snapshot, memory.PlannedAt, now));
        queue.PlaceWaiting();
        queue.RecallFromLines();
        jobs.CompareNodes();
        jobs.Evaluate(JobsToEvaluate(snapshot, memory, now, options).Concat(plan.WithoutData));
        return (plan.ToPlan(), new PlannerMemory(now, snapshot.NodesRevision, plan.Reservations, plan.Waits.Since));
    }

    private static IEnumerable<LiveJob> JobsToEvaluate(
        ClusterSnapshot snapshot, PlannerMemory memory, DateTimeOffset now, PlannerOptions options)
    {
        var changed = snapshot.Dirty.Take(options.MaxEvaluated);
        var waiting = snapshot.NodesRevision != memory.NodesRevision ? snapshot.Queue.Take(options.MaxScanned).Select(entry => entry.Job) : [];
        var due = DueJobs(snapshot, memory.PlannedAt, now).Select(job => job.Id);
        return changed.Concat(waiting).Concat(due).Distinct().Select(id => snapshot.Jobs.GetValueOrDefault(id)).OfType<LiveJob>();
    }

    private static IEnumerable<LiveJob> DueJobs(ClusterSnapshot snapshot, DateTimeOffset last, DateTimeOffset now)
    {
        var index = snapshot.WakeUps.IndexOf(new WakeUp(last, new JobId("\uffff")));
        for (var i = index < 0 ? ~index : index; i < snapshot.WakeUps.Count && snapshot.WakeUps[i].At <= now; i++)
        {
            if (snapshot.Jobs.TryGetValue(snapshot.WakeUps[i].Job, out var job))
            {
                yield return job;
            }
        }
    }
}
