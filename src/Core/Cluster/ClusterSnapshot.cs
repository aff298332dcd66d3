using System.Collections.Immutable;
using Bacalhau.Core.Locality;

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

    /// <summary>Nodes by key, as jobs that are counted by node name them.</summary>
    public ImmutableSortedDictionary<int, NodeId> NodesByKey { get; init; } = ImmutableSortedDictionary<int, NodeId>.Empty;

    /// <summary>What is free on the nodes that take work now and have none waiting in their line, the fullest first.</summary>
    public ImmutableSortedSet<NodeVacancy> Vacancies { get; init; } = [];

    /// <summary>The nodes that take work now, in all.</summary>
    public ClusterCapacity Capacity { get; init; }

    /// <summary>Nodes with work waiting in their line.</summary>
    public ImmutableSortedSet<NodeId> Lined { get; init; } = [];

    /// <summary>Counts changes of what the nodes are, and not of what they hold or whether they answer: a job that no node could run may have one now.</summary>
    public long NodesRevision { get; init; }

    /// <summary>Nodes that have changed, in more than signs of life, since jobs that are counted by node were last compared with them.</summary>
    public ImmutableSortedSet<NodeId> DirtyNodes { get; init; } = [];

    /// <summary>Jobs that are counted by node, and so are to be compared with nodes that change.</summary>
    public ImmutableSortedSet<JobId> NodeSeekers { get; init; } = [];

    /// <summary>Jobs that are not over and that a scheduled job has started.</summary>
    public ImmutableSortedSet<ScheduledChild> Children { get; init; } = [];

    /// <summary>What the executions of each namespace hold.</summary>
    public ImmutableSortedDictionary<string, NamespaceUsage> Usage { get; init; } =
        ImmutableSortedDictionary<string, NamespaceUsage>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Jobs with partitions that have no execution, grouped by priority (highest first), namespace and shape.</summary>
    public ImmutableSortedSet<QueueEntry> Queue { get; init; } = [];

    /// <summary>Jobs that have changed since they were last looked at.</summary>
    public ImmutableSortedSet<JobId> Dirty { get; init; } = [];

    /// <summary>When jobs are to be looked at even if nothing changes, soonest first.</summary>
    public ImmutableSortedSet<WakeUp> WakeUps { get; init; } = [];

    /// <summary>Nodes with wishes that they have not acknowledged; dispatch looks at these only.</summary>
    public ImmutableSortedSet<NodeId> Unserved { get; init; } = [];

    /// <summary>What is known of where the data of jobs is, by the keys of needs; not stored.</summary>
    public ImmutableSortedDictionary<string, DataFact> Facts { get; init; } =
        ImmutableSortedDictionary<string, DataFact>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Jobs that a scheduled one has started and that are not over.</summary>
    public IEnumerable<JobId> ChildrenOf(JobId parent)
    {
        var index = Children.IndexOf(new ScheduledChild(parent, new JobId("")));
        for (var i = index < 0 ? ~index : index; i < Children.Count && Children[i].Parent == parent; i++)
        {
            yield return Children[i].Child;
        }
    }

    /// <summary>The node of a key, as jobs that are counted by node name it; null if there is none.</summary>
    public ClusterNode? NodeByKey(int key) => NodesByKey.TryGetValue(key, out var id) ? Nodes.GetValueOrDefault(id) : null;

    /// <summary>Largest order given to a wish.</summary>
    public long LastAskOrder { get; init; }

    /// <summary>When this orchestrator started; until one disconnect timeout later nothing fails for want of nodes.</summary>
    public DateTimeOffset StartedAt { get; init; }
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
