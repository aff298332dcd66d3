using System.Collections.Immutable;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>A job as planning sees it: what it demands, and where each of its partitions stands.</summary>
public sealed record LiveJob
{
    /// <summary>How long a job waits before it is shown as queued, so that one that is placed at once costs no extra write.</summary>
    public static readonly TimeSpan QueuedAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>Public id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Key of the job's row in the store; also its age: smaller is older.</summary>
    public required long Key { get; init; }

    /// <summary>Name, for messages.</summary>
    public required string Name { get; init; }

    /// <summary>Namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Version of the spec, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>SHA-256 of the canonical spec, lower-case hex.</summary>
    public required string SpecDigest { get; init; }

    /// <summary>What each execution needs, derived from the spec.</summary>
    public required JobDemand Demand { get; init; }

    /// <summary>State shown to people.</summary>
    public JobState State { get; init; } = JobState.Pending;

    /// <summary>Message of the state; empty for none.</summary>
    public string Message { get; init; } = "";

    /// <summary>Counts state changes, from 1.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this version was submitted; total and queue timeouts count from here.</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Last change of state.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Since when nothing of the job could be placed; null while something is.</summary>
    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Partitions whose result is accepted.</summary>
    public PartitionSet Completed { get; init; } = PartitionSet.Empty;

    /// <summary>Smallest partition that was never placed; all from here on are waiting.</summary>
    public int NextFresh { get; init; }

    /// <summary>Execution that holds each partition that is held.</summary>
    public ImmutableSortedDictionary<int, ExecutionId> Holders { get; init; } = ImmutableSortedDictionary<int, ExecutionId>.Empty;

    /// <summary>Partitions that were placed before and are to be placed again.</summary>
    public ImmutableSortedDictionary<int, PartitionRetry> Retries { get; init; } = ImmutableSortedDictionary<int, PartitionRetry>.Empty;

    /// <summary>Nodes that refused this version, with their reasons.</summary>
    public ImmutableSortedDictionary<NodeId, NodeRefusal> Refusals { get; init; } = ImmutableSortedDictionary<NodeId, NodeRefusal>.Empty;

    /// <summary>Attempts of this version that failed on each node.</summary>
    public ImmutableSortedDictionary<NodeId, int> Failures { get; init; } = ImmutableSortedDictionary<NodeId, int>.Empty;

    /// <summary>Why the last attempt of any partition failed; the message of the job if it fails.</summary>
    public ExecutionProblem? LastProblem { get; init; }

    /// <summary>When the job is to be looked at even if nothing changes; null for never.</summary>
    public DateTimeOffset? WakeAt => State.IsTerminal() ? null : Earliest(
        State == JobState.Pending ? SubmittedAt + QueuedAfter : null,
        Demand.TotalTimeout > TimeSpan.Zero ? SubmittedAt + Demand.TotalTimeout : null,
        WaitingSince is { } since && Demand.QueueTimeout > TimeSpan.Zero ? since + Demand.QueueTimeout : null,
        NextBackoffEnd);

    /// <summary>Whether any partition waits for a node, now or after its back-off.</summary>
    public bool HasWaiting => !State.IsTerminal() && (NextFresh < Demand.Count || !Retries.IsEmpty);

    /// <summary>Earliest end of a back-off still to come when the job was last put; null for none.</summary>
    public DateTimeOffset? NextBackoffEnd { get; init; }

    /// <summary>Its place in the queue.</summary>
    public QueueEntry QueueEntry => new(Demand.Priority, Key, Id);

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            earliest = earliest is null || time < earliest ? time ?? earliest : earliest;
        }

        return earliest;
    }
}

/// <summary>A partition that is to be placed again.</summary>
/// <param name="Attempts">Attempts that failed so far.</param>
/// <param name="Returns">Times it came back without an attempt (node lost, refusal, interruption).</param>
/// <param name="NotBefore">End of the back-off.</param>
public sealed record PartitionRetry(int Attempts, int Returns, DateTimeOffset NotBefore)
{
    /// <summary>Nothing so far.</summary>
    public static readonly PartitionRetry None = new(0, 0, DateTimeOffset.MinValue);
}

/// <summary>A node that said it can never run a version of a job.</summary>
/// <param name="Problem">Why.</param>
/// <param name="ValidUntil">When it may be asked again.</param>
/// <param name="FactsRevision">Revision of the node's facts at the time; a newer one makes the refusal void.</param>
public sealed record NodeRefusal(ExecutionProblem Problem, DateTimeOffset ValidUntil, long FactsRevision);
