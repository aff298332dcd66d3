using System.Collections.Immutable;
using Bacalhau.Cli.Configuration;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Cli.Serve;

/// <summary>The configured limits of namespaces, as the orchestrator takes them.</summary>
internal static class QuotaMapping
{
    /// <summary>All namespaces.</summary>
    public static ImmutableSortedDictionary<string, NamespaceQuota> Of(ImmutableSortedDictionary<string, QuotaConfig> quotas) =>
        quotas.ToImmutableSortedDictionary(pair => pair.Key, pair => Of(pair.Value), StringComparer.Ordinal);

    private static NamespaceQuota Of(QuotaConfig quota) => new()
    {
        Jobs = (int?)quota.Jobs,
        Executions = (int?)quota.Executions,
        CpuMillis = quota.CpuMillis,
        MemoryBytes = quota.MemoryBytes,
        Gpus = quota.Gpus,
        MaxPriority = quota.MaxPriority,
        Share = quota.Share,
    };
}
