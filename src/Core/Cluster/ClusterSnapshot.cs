using System.Collections.Immutable;

namespace Bacalhau.Core.Cluster;

/// <summary>
/// All that planning needs to know, as of one commit: the jobs that are not over, the executions that hold something, and the nodes.
/// Immutable; the writer publishes a new one after each commit. Finished jobs are only in the store.
/// </summary>
public sealed record ClusterSnapshot
{
    /// <summary>The empty cluster.</summary>
    public static readonly ClusterSnapshot Empty = new();

    /// <summary>Counts published snapshots; larger is newer.</summary>
    public long Version { get; init; }

    /// <summary>Jobs that are not in a terminal state, and those whose executions have not all ended.</summary>
    public ImmutableSortedDictionary<JobId, LiveJob> Jobs { get; init; } = ImmutableSortedDictionary<JobId, LiveJob>.Empty;

    /// <summary>Executions that have not ended, and ended ones that their node has not forgotten yet.</summary>
    public ImmutableSortedDictionary<ExecutionId, LiveExecution> Executions { get; init; } = ImmutableSortedDictionary<ExecutionId, LiveExecution>.Empty;

    /// <summary>All nodes that have joined.</summary>
    public ImmutableSortedDictionary<NodeId, ClusterNode> Nodes { get; init; } = ImmutableSortedDictionary<NodeId, ClusterNode>.Empty;

    /// <summary>Jobs with partitions that have no execution, in the order in which they are served: priority, then age.</summary>
    public ImmutableSortedSet<QueueEntry> Queue { get; init; } = [];

    /// <summary>Jobs that have changed since they were last looked at.</summary>
    public ImmutableSortedSet<JobId> Dirty { get; init; } = [];

    /// <summary>When jobs are to be looked at even if nothing changes, soonest first.</summary>
    public ImmutableSortedSet<WakeUp> WakeUps { get; init; } = [];

    /// <summary>Nodes with wishes that they have not acknowledged; dispatch looks at these only.</summary>
    public ImmutableSortedSet<NodeId> Unserved { get; init; } = [];

    /// <summary>Largest order given to a wish.</summary>
    public long LastAskOrder { get; init; }

    /// <summary>When this orchestrator started; until one disconnect timeout later nothing fails for want of nodes.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>A job's place in the queue. Sorts by priority, highest first, then by age, oldest first.</summary>
/// <param name="Priority">The job's priority.</param>
/// <param name="Sequence">Order of submission.</param>
/// <param name="Job">The job.</param>
public readonly record struct QueueEntry(int Priority, long Sequence, JobId Job) : IComparable<QueueEntry>
{
    /// <inheritdoc/>
    public int CompareTo(QueueEntry other)
    {
        var byPriority = other.Priority.CompareTo(Priority);
        return byPriority != 0 ? byPriority : Sequence.CompareTo(other.Sequence);
    }
}

/// <summary>A time at which a job is to be looked at.</summary>
/// <param name="At">The time.</param>
/// <param name="Job">The job.</param>
public readonly record struct WakeUp(DateTimeOffset At, JobId Job) : IComparable<WakeUp>
{
    /// <inheritdoc/>
    public int CompareTo(WakeUp other)
    {
        var byTime = At.CompareTo(other.At);
        return byTime != 0 ? byTime : Job.CompareTo(other.Job);
    }
}
