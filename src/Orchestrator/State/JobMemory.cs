using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Orchestrator.State;

/// <summary>What planning remembers of a job beside its columns; absent while there is nothing to remember.</summary>
internal sealed record JobMemory
{
    private static readonly JobMemory Nothing = new();

    public ImmutableArray<RetryRow>? Retries { get; init; }

    public ImmutableArray<RefusalRow>? Refusals { get; init; }

    public ImmutableArray<FailureRow>? Failures { get; init; }

    public ExecutionProblem? LastProblem { get; init; }

    public DateTimeOffset? NextBackoffEnd { get; init; }

    public ImmutableArray<int>? SameProgram { get; init; }

    public RolloutRow? RolloutFrom { get; init; }

    public PartitionRetry? SurgeRetry { get; init; }

    public bool? HasTargets { get; init; }

    public bool? HasRun { get; init; }

    public int? FailedTargets { get; init; }

    public DateTimeOffset? NextFireAt { get; init; }

    public DateTimeOffset? HeldFiring { get; init; }

    /// <summary>What is to be remembered of a job; null for nothing.</summary>
    public static JobMemory? Of(LiveJob job)
    {
        var memory = new JobMemory
        {
            Retries = job.Retries.IsEmpty ? null : [.. job.Retries.Select(pair => new RetryRow(pair.Key, pair.Value))],
            Refusals = job.Refusals.IsEmpty ? null : [.. job.Refusals.Select(pair => new RefusalRow(pair.Key.Value, pair.Value))],
            Failures = job.Failures.IsEmpty ? null : [.. job.Failures.Select(pair => new FailureRow(pair.Key.Value, pair.Value.Count, pair.Value.LastAt))],
            LastProblem = job.LastProblem,
            NextBackoffEnd = job.NextBackoffEnd,
            SameProgram = job.SameProgram.IsEmpty ? null : [.. job.SameProgram],
            RolloutFrom = job.RolloutFrom is { } origin ? new RolloutRow(origin.Version, [.. origin.SameProgram]) : null,
            SurgeRetry = job.SurgeRetry == PartitionRetry.None ? null : job.SurgeRetry,
            HasTargets = job.HasTargets ? true : null,
            HasRun = job.HasRun ? true : null,
            FailedTargets = job.FailedTargets == 0 ? null : job.FailedTargets,
            NextFireAt = job.NextFireAt,
            HeldFiring = job.HeldFiring,
        };
        return memory == Nothing ? null : memory;
    }

    /// <summary>The job with this remembered.</summary>
    public LiveJob ApplyTo(LiveJob job) => job with
    {
        Retries = (Retries ?? []).ToImmutableSortedDictionary(row => row.Partition, row => row.Retry),
        Refusals = (Refusals ?? []).ToImmutableSortedDictionary(row => new NodeId(row.Node), row => row.Refusal),
        Failures = (Failures ?? []).ToImmutableSortedDictionary(row => new NodeId(row.Node), row => new NodeFailures(row.Count, row.LastAt)),
        LastProblem = LastProblem,
        NextBackoffEnd = NextBackoffEnd,
        SameProgram = (SameProgram ?? []).ToImmutableSortedSet(),
        RolloutFrom = RolloutFrom is { } origin ? new RolloutOrigin(origin.Version, origin.SameProgram.ToImmutableSortedSet()) : null,
        SurgeRetry = SurgeRetry ?? PartitionRetry.None,
        HasTargets = HasTargets ?? false,
        HasRun = HasRun ?? false,
        FailedTargets = FailedTargets ?? 0,
        NextFireAt = NextFireAt,
        HeldFiring = HeldFiring,
    };
}

/// <summary>What ran before a new version.</summary>
internal sealed record RolloutRow(int Version, ImmutableArray<int> SameProgram);

/// <summary>A partition that is to be placed again.</summary>
internal sealed record RetryRow(int Partition, PartitionRetry Retry);

/// <summary>A node that refused.</summary>
internal sealed record RefusalRow(string Node, NodeRefusal Refusal);

/// <summary>Failed attempts on a node.</summary>
internal sealed record FailureRow(string Node, int Count, DateTimeOffset LastAt);
