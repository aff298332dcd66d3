using System.Collections.Immutable;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>When a partition that came back may be placed again.</summary>
public static class PartitionRules
{
    /// <summary>Longest wait after returns without an attempt.</summary>
    public static readonly TimeSpan MaxReturnBackoff = TimeSpan.FromSeconds(60);

    /// <summary>After a failed attempt: the job's own back-off, doubled with each attempt.</summary>
    public static PartitionRetry AfterAttempt(PartitionRetry past, JobDemand demand, DateTimeOffset now) =>
        past with { Attempts = past.Attempts + 1, NotBefore = now + Doubled(demand.InitialBackoff, past.Attempts, demand.MaxBackoff) };

    /// <summary>After a return that is no attempt (node lost, interruption, no room): at once the first time, then 1 s doubling to 60 s.</summary>
    public static PartitionRetry AfterReturn(PartitionRetry past, DateTimeOffset now) => past with
    {
        Returns = past.Returns + 1,
        NotBefore = past.Returns == 0 ? now : now + Doubled(TimeSpan.FromSeconds(1), past.Returns - 1, MaxReturnBackoff),
    };

    /// <summary>After a refusal: at once, as that node is not asked again; with a wait, refusals of many nodes would be over before the last one has refused.</summary>
    public static PartitionRetry AfterRefusal(PartitionRetry past, DateTimeOffset now) => past with { NotBefore = now };

    /// <summary>The end of the earliest back-off that is still to come; null for none.</summary>
    public static DateTimeOffset? NextBackoffEnd(ImmutableSortedDictionary<int, PartitionRetry> retries, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var (_, retry) in retries)
        {
            if (retry.NotBefore > now && (next is null || retry.NotBefore < next))
            {
                next = retry.NotBefore;
            }
        }

        return next;
    }

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most) =>
        times >= 20 || first * (1L << times) > most ? most : first * (1L << times);
}
