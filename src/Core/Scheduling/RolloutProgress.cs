using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says how far the replacement of a version by the next one is, as the cluster stands.</summary>
public static class RolloutProgress
{
    /// <summary>The progress in words; empty for a job without a rollout.</summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="id">The job.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Limits and times.</param>
    public static string Find(ClusterSnapshot snapshot, JobId id, DateTimeOffset now, PlannerOptions options)
    {
        if (!snapshot.Jobs.TryGetValue(id, out var job) || job.RolloutFrom is not { } origin || job.State.IsTerminal())
        {
            return "";
        }

        var total = job.Demand.Kind.IsByNode() ? job.Holders.Keys.Union(job.Retries.Keys).Count() : job.Demand.Count;
        var healthy = job.Holders.Values.Concat(job.Surges.Values).Count(holder =>
            snapshot.Executions.TryGetValue(holder, out var execution)
            && job.IsCurrent(execution.JobVersion)
            && execution is { HoldsRoom: true, IsEnded: false }
            && execution.HealthySince is { } since
            && now - since >= job.Demand.Rollout.HealthyAfter);
        var trouble = job is { SurgeRetry.Attempts: > 0, LastProblem: { } problem } ? $"; one of it failed: {problem.Message}" : "";
        return $"version {job.Version} replaces version {origin.Version}: {healthy} of {total} {(total == 1 ? "execution" : "executions")} done{trouble}{FindHindrance(snapshot, job, now, options)}";
    }

    /// <summary>Why the next step cannot be taken for want of nodes; empty if it can.</summary>
    private static string FindHindrance(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, PlannerOptions options)
    {
        var isHeld = NodeShortage.HoldsRollout(snapshot, job, now, options.ForgetAfter);
        var waiting = isHeld ? 0 : Replacements.Find(snapshot, job, now).Surged.Count;
        if (!isHeld && (waiting == 0 || job.SurgeRetry.NotBefore > now))
        {
            return "";
        }

        var shortage = NodeShortage.Find(snapshot, job, now, options.ForgetAfter) with { Requested = Math.Max(1, waiting) };
        return isHeld
            ? $"; nothing more is stopped for it, as no node could run it: {shortage.ToText()}"
            : $"; a new execution is to run beside an old one first: {shortage.ToText()}";
    }
}
