using System.Collections.Immutable;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>When a partition that came back may be placed again.</summary>
public static class PartitionRules
{
    /// <summary>How long a refusal keeps a node from being asked again.</summary>
    public static readonly TimeSpan RefusalLength = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait after returns without an attempt.</summary>
    public static readonly TimeSpan MaxReturnBackoff = TimeSpan.FromSeconds(60);

    /// <summary>How long a program that is to run for ever must have run for its failures before to be forgotten.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(60);

    /// <summary>After a failed attempt: the job's own back-off, doubled with each attempt.</summary>
    public static PartitionRetry AfterAttempt(PartitionRetry past, JobDemand demand, DateTimeOffset now) =>
        past with { Attempts = past.Attempts + 1, NotBefore = now + Doubled(demand.InitialBackoff, past.Attempts, demand.MaxBackoff) };

    /// <summary>What its partition went through before an execution, as far as it counts when it fails.</summary>
    public static PartitionRetry PastOf(LiveExecution execution, JobDemand demand, DateTimeOffset now) =>
        demand.Kind.IsLongRunning() && execution.RunningSince is { } since && now - since >= StableAfter ? PartitionRetry.None : execution.Past;

    /// <summary>After its end was asked for: at once, as if nothing had happened.</summary>
    public static PartitionRetry AfterWish(PartitionRetry past, DateTimeOffset now) => past with { NotBefore = now };

    /// <summary>After its node was lost: as after a return, but not before the job's own patience is over, nor while it may still publish.</summary>
    public static PartitionRetry AfterLoss(LiveExecution execution, JobDemand demand, DateTimeOffset silentSince, DateTimeOffset now)
    {
        var retry = AfterReturn(execution.Past, now);
        var notBefore = Later(retry.NotBefore, silentSince + demand.ReplaceAfter);
        return retry with { NotBefore = execution.GrantUntil is { } until ? Later(notBefore, until) : notBefore };
    }

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

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan most) =>
        times >= 20 || first * (1L << times) > most ? most : first * (1L << times);
}
