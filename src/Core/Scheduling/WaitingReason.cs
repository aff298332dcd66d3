using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says why a job waits, as the cluster stands.</summary>
public static class WaitingReason
{
    /// <summary>The reason in words; empty for a job of which nothing waits.</summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="id">The job.</param>
    /// <param name="now">The time.</param>
    /// <param name="options">Limits and times.</param>
    public static string Find(ClusterSnapshot snapshot, JobId id, DateTimeOffset now, PlannerOptions options)
    {
        if (!snapshot.Jobs.TryGetValue(id, out var job) || job.State.IsTerminal() || job.IsScheduled)
        {
            return "";
        }

        if (!job.HasWaiting && !IsWithoutNodes(job))
        {
            return InLine(snapshot, job);
        }

        var waiting = NodeShortage.CountWaiting(job);
        var reason = Hindrance(job, now)
            ?? QuotaRules.FindObjection(
                options.Quotas.GetValueOrDefault(job.Namespace), snapshot.Usage.GetValueOrDefault(job.Namespace), job, isFirst: job.LiveCount == 0)
            ?? NodeShortage.Find(snapshot, job, now, options.ForgetAfter).ToText();
        return job.LiveCount == 0 ? reason : $"{waiting} more {(waiting == 1 ? "execution waits" : "executions wait")}: {reason}";
    }

    /// <summary>What stands in the line of a full node starts there as soon as it has room.</summary>
    private static string InLine(ClusterSnapshot snapshot, LiveJob job)
    {
        var waiting = job.Holders.Values.Select(holder => snapshot.Executions.GetValueOrDefault(holder)).Where(execution => execution is { InLine: true, IsEnded: false }).ToList();
        return waiting.Count == 0 ? "" : $"{waiting.Count} of its executions {(waiting.Count == 1 ? "stands" : "stand")} in the line of a full node, and {(waiting.Count == 1 ? "starts" : "start")} there when it has room: {waiting[0]!.Node}";
    }

    /// <summary>A daemon job that no node matches has nothing to wait for, but a person waits for it.</summary>
    public static bool IsWithoutNodes(LiveJob job) => job is { Demand.Kind: JobKind.Daemon, HasTargets: true, LiveCount: 0 } && job.Retries.IsEmpty;

    private static string? Hindrance(LiveJob job, DateTimeOffset now)
    {
        if (!job.HasConcurrencyLeft)
        {
            return $"the job has its MaxConcurrency of {job.Demand.MaxConcurrency} executions";
        }

        var isBackingOff = !job.Retries.IsEmpty && job.NextFresh >= job.Demand.Count && job.Retries.Values.All(retry => retry.NotBefore > now);
        return !isBackingOff ? null
            : job.LastProblem is { } problem
                ? $"tried again in {Math.Ceiling((job.Retries.Values.Min(retry => retry.NotBefore) - now).TotalSeconds):0} s, after: {problem.Message}"
                : $"placed again in {Math.Ceiling((job.Retries.Values.Min(retry => retry.NotBefore) - now).TotalSeconds):0} s";
    }
}
