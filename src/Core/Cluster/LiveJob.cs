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

    /// <summary>How many partitions that wait for their data others may go ahead of.</summary>
    public const int MostAhead = 256;

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

    /// <summary>Earlier versions that run the same program, so that their executions count as this version's.</summary>
    public ImmutableSortedSet<int> SameProgram { get; init; } = [];

    /// <summary>What ran before this version, while not all of its executions are replaced by healthy ones; null when they are.</summary>
    public RolloutOrigin? RolloutFrom { get; init; }

    /// <summary>When the next surge of a rollout may begin, after some have failed.</summary>
    public PartitionRetry SurgeRetry { get; init; } = PartitionRetry.None;

    /// <summary>Whether the nodes of a job that is counted by node have been chosen.</summary>
    public bool HasTargets { get; init; }

    /// <summary>Whether anything that ran of this version has come back to be placed again: it has shown that it can run.</summary>
    public bool HasRun { get; init; }

    /// <summary>Nodes on which an ops job has failed for good.</summary>
    public int FailedTargets { get; init; }

    /// <summary>When a scheduled job starts the next one; null for never.</summary>
    public DateTimeOffset? NextFireAt { get; init; }

    /// <summary>A time that was due while the job of an earlier one was not over, and waits for that; null for none.</summary>
    public DateTimeOffset? HeldFiring { get; init; }

    /// <summary>Partitions whose result is accepted; in ops jobs, keys of nodes.</summary>
    public PartitionSet Completed { get; init; } = PartitionSet.Empty;

    /// <summary>Partitions from here on were never placed and wait.</summary>
    public int NextFresh { get; init; }

    /// <summary>Execution that holds each partition that is held; in jobs that are counted by node, a node's key stands for the partition.</summary>
    public ImmutableSortedDictionary<int, ExecutionId> Holders { get; init; } = ImmutableSortedDictionary<int, ExecutionId>.Empty;

    /// <summary>Execution of a new version that runs beside the one that holds its partition.</summary>
    public ImmutableSortedDictionary<int, ExecutionId> Surges { get; init; } = ImmutableSortedDictionary<int, ExecutionId>.Empty;

    /// <summary>
    /// Partitions before <see cref="NextFresh"/> that wait: those that are to be placed again, and those that others have gone ahead of. In jobs that are counted by node,
    /// the nodes that wait.
    /// </summary>
    public ImmutableSortedDictionary<int, PartitionRetry> Retries { get; init; } = ImmutableSortedDictionary<int, PartitionRetry>.Empty;

    /// <summary>Nodes that refused this version, with their reasons.</summary>
    public ImmutableSortedDictionary<NodeId, NodeRefusal> Refusals { get; init; } = ImmutableSortedDictionary<NodeId, NodeRefusal>.Empty;

    /// <summary>Attempts of this version that failed on each node.</summary>
    public ImmutableSortedDictionary<NodeId, NodeFailures> Failures { get; init; } = ImmutableSortedDictionary<NodeId, NodeFailures>.Empty;

    /// <summary>Why the last attempt of any partition failed; the message of the job if it fails.</summary>
    public ExecutionProblem? LastProblem { get; init; }

    /// <summary>When the job is to be looked at even if nothing changes; null for never.</summary>
    public DateTimeOffset? WakeAt => State.IsTerminal() ? null : Earliest(
        State == JobState.Pending && !IsScheduled && (HasWaiting || Demand.Kind == JobKind.Daemon) ? SubmittedAt + QueuedAfter : null,
        State == JobState.Running ? WaitingSince + QueuedAfter : null,
        Demand.TotalTimeout > TimeSpan.Zero && !IsScheduled ? SubmittedAt + Demand.TotalTimeout : null,
        WaitingSince is { } since && Demand.QueueTimeout > TimeSpan.Zero ? since + Demand.QueueTimeout : null,
        NextBackoffEnd,
        NextFireAt,
        CheckAt);

    /// <summary>When the job is to be looked at again for what only time brings: an execution healthy for long enough, the deadline of a drain. Not stored.</summary>
    public DateTimeOffset? CheckAt { get; init; }

    /// <summary>How often it was marked as changed though nothing of it was; not stored.</summary>
    public long Marks { get; init; }

    /// <summary>When an execution was placed last; null before the first, and after a start. Not stored.</summary>
    public DateTimeOffset? LastPlacedAt { get; init; }

    /// <summary>Whether any partition waits for a node, now or after its back-off.</summary>
    public bool HasWaiting => !State.IsTerminal() && (NextFresh < Demand.Count || !Retries.IsEmpty || IsSeekingNodes);

    /// <summary>Earliest end of a back-off still to come when the job was last put; null for none.</summary>
    public DateTimeOffset? NextBackoffEnd { get; init; }

    /// <summary>Whether it is an ops job that no node matches so far.</summary>
    private bool IsSeekingNodes => Demand.Kind == JobKind.Ops && !HasTargets && !IsScheduled;

    /// <summary>Whether it only starts other jobs, by the calendar.</summary>
    public bool IsScheduled => Demand.Schedule is not null;

    /// <summary>Whether it stands in the queue: something waits, and it may have more at once.</summary>
    public bool IsQueued => HasWaiting && HasConcurrencyLeft;

    /// <summary>Executions that hold a partition, surges included.</summary>
    public int LiveCount => Holders.Count + Surges.Count;

    /// <summary>Whether it may have one more execution at once.</summary>
    public bool HasConcurrencyLeft => Demand.MaxConcurrency <= 0 || LiveCount < Demand.MaxConcurrency;

    /// <summary>Its place in the queue. Jobs that are counted by node do not wait behind others for having many executions: only one node can serve each.</summary>
    public QueueEntry QueueEntry => Demand.Kind.IsByNode()
        ? new(Demand.Priority, Namespace, -Key, 0, Key, Id)
        : new(Demand.Priority, Namespace, Demand.ShapeKey, Holders.Count, Key, Id);

    /// <summary>The smallest partition from one on that nothing holds.</summary>
    public int NextFree(int from)
    {
        while (Holders.ContainsKey(from))
        {
            from++;
        }

        return from;
    }

    /// <summary>Partitions that wait and that others go ahead of if a partition is placed that was not before; null if it may not be, as they are too many.</summary>
    public IReadOnlyList<int>? FindPassed(int partition) => partition < NextFresh || partition - NextFresh > MostAhead ? null
        : [.. Enumerable.Range(NextFresh, partition - NextFresh).Where(passed => !Holders.ContainsKey(passed) && !Completed.Contains(passed))];

    /// <summary>Whether an execution of a version counts as one of the present version.</summary>
    public bool IsCurrent(int version) => version == Version || SameProgram.Contains(version);

    /// <summary>Since when it has been passed over, if it is: its submission, or when it was placed last.</summary>
    public DateTimeOffset PassedOverSince => LastPlacedAt is { } at && at > SubmittedAt ? at : SubmittedAt;

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

/// <summary>What ran before a new version.</summary>
/// <param name="Version">The version that ran.</param>
/// <param name="SameProgram">Versions before it that run the same program.</param>
public sealed record RolloutOrigin(int Version, ImmutableSortedSet<int> SameProgram);

/// <summary>Attempts of a job that failed on a node.</summary>
/// <param name="Count">How many.</param>
/// <param name="LastAt">When the last one did.</param>
public sealed record NodeFailures(int Count, DateTimeOffset LastAt)
{
    /// <summary>Time after which half as many count.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    /// <summary>How many count at a time.</summary>
    public int At(DateTimeOffset now) => Count >> (int)Math.Clamp((now - LastAt) / HalfLife, 0, 31);
}

/// <summary>A node that said it can never run a version of a job.</summary>
/// <param name="Problem">Why.</param>
/// <param name="ValidUntil">When it may be asked again.</param>
/// <param name="FactsRevision">Revision of the node's facts at the time; a newer one makes the refusal void.</param>
public sealed record NodeRefusal(ExecutionProblem Problem, DateTimeOffset ValidUntil, long FactsRevision);
