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
            : used.Amount.CpuMillis + asked.CpuMillis > quota.CpuMillis ? At(job, $"{(quota.CpuMillis.Value / 1000m).ToString("0.###", CultureInfo.InvariantCulture)} CPU")
            : used.Amount.MemoryBytes + asked.MemoryBytes > quota.MemoryBytes ? At(job, $"{NodeFilter.Bytes(quota.MemoryBytes.Value)} memory")
            : used.Amount.Gpus + asked.Gpus > quota.Gpus ? At(job, $"{quota.Gpus} GPUs")
            : null;
    }

    private static string At(LiveJob job, string limit) => $"namespace {job.Namespace} is at its quota of {limit}";
}
