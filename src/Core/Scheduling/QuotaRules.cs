using System.Globalization;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says whether a namespace may have one more execution.</summary>
public static class QuotaRules
{
    /// <summary>Why a job may have no further execution now; null if it may.</summary>
    /// <param name="quota">The limits of its namespace; null for none.</param>
    /// <param name="used">What its namespace has.</param>
    /// <param name="job">The job.</param>
    /// <param name="isFirst">Whether it would be the job's first execution.</param>
    public static string? FindObjection(NamespaceQuota? quota, NamespaceUsage used, LiveJob job, bool isFirst)
    {
        if (quota is null)
        {
            return null;
        }

        var asked = job.Demand.Amount;
        return isFirst && used.Jobs >= quota.Jobs ? At(job, $"{quota.Jobs} jobs")
            : used.Executions >= quota.Executions ? At(job, $"{quota.Executions} executions")
            : Over(job, used.Amount.CpuMillis, asked.CpuMillis, quota.CpuMillis, millis => $"{(millis / 1000m).ToString("0.###", CultureInfo.InvariantCulture)} CPU")
            ?? Over(job, used.Amount.MemoryBytes, asked.MemoryBytes, quota.MemoryBytes, bytes => $"{NodeFilter.Bytes(bytes)} memory")
            ?? Over(job, used.Amount.Gpus, asked.Gpus, quota.Gpus, gpus => $"{gpus} GPUs");
    }

    /// <summary>What is more than all of the quota is never placed, however little its namespace has.</summary>
    private static string? Over(LiveJob job, long used, long asked, long? quota, Func<long, string> show) =>
        quota is not { } most || used + asked <= most ? null
        : asked > most ? $"an execution asks for {show(asked)}, more than the quota of {show(most)} that namespace {job.Namespace} has: raise the quota, or ask for less"
        : At(job, show(most));

    private static string At(LiveJob job, string limit) => $"namespace {job.Namespace} is at its quota of {limit}";
}
