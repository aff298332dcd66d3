using System.Collections.Immutable;

namespace Bacalhau.Core.Scheduling;

/// <summary>Limits of one planning pass, and times that its decisions depend on.</summary>
public sealed record PlannerOptions
{
    /// <summary>Most executions placed in one pass.</summary>
    public int MaxPlacements { get; init; } = 256;

    /// <summary>Most shapes that may be passed over because no node has room for them.</summary>
    public int MaxPassedOver { get; init; } = 64;

    /// <summary>Most queue entries looked at in one pass.</summary>
    public int MaxScanned { get; init; } = 16_384;

    /// <summary>Most changed jobs looked at in one pass.</summary>
    public int MaxEvaluated { get; init; } = 1024;

    /// <summary>Silence after which a node is lost; also how long after a start nothing fails for want of nodes.</summary>
    public TimeSpan DisconnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an absent node still counts as one that could run a job.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an execution waits in a node's line before it may be recalled.</summary>
    public TimeSpan RecallAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a job is passed over before room is kept for it.</summary>
    public TimeSpan ReserveAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long is waited for nodes to say which data they hold, where only holders do.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long is waited at most where all that are asked answer: only those that have died unnoticed do not.</summary>
    public TimeSpan NamedAnswerTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long it counts that a node holds data.</summary>
    public TimeSpan FactAge { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most nodes that are compared with the jobs counted by node in one pass.</summary>
    public int MaxNodesCompared { get; init; } = 256;

    /// <summary>Limits by namespace; one that is not there has none.</summary>
    public ImmutableSortedDictionary<string, NamespaceQuota> Quotas { get; init; } = ImmutableSortedDictionary<string, NamespaceQuota>.Empty.WithComparers(StringComparer.Ordinal);
}

/// <summary>What planning remembers from one pass to the next; losing it costs a pass over all that waits, and time that jobs wait for their data again.</summary>
/// <param name="PlannedAt">Time of the last pass.</param>
/// <param name="NodesRevision">The <see cref="Cluster.ClusterSnapshot.NodesRevision"/> of the last pass; -1 for none.</param>
/// <param name="Reservations">Rooms kept for jobs that were passed over for long, by priority.</param>
/// <param name="WaitingForData">Since when jobs of a shape wait for a busy node that holds their data, though another one has room.</param>
public sealed record PlannerMemory(
    DateTimeOffset PlannedAt, long NodesRevision, ImmutableSortedDictionary<int, Reservation> Reservations, ImmutableSortedDictionary<long, DateTimeOffset> WaitingForData)
{
    /// <summary>Before the first pass.</summary>
    public static readonly PlannerMemory None = new(DateTimeOffset.MinValue, -1, ImmutableSortedDictionary<int, Reservation>.Empty, ImmutableSortedDictionary<long, DateTimeOffset>.Empty);
}

/// <summary>A node whose room is kept for a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Node">The node.</param>
public sealed record Reservation(JobId Job, NodeId Node);
