using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.State;

/// <summary>Which events of a job a page of its history shows.</summary>
public sealed record HistoryQuery
{
    /// <summary>Key of the job's row.</summary>
    public required long Job { get; init; }

    /// <summary>Version of the job; 0 for all.</summary>
    public int Version { get; init; }

    /// <summary>Smallest number of an event to show.</summary>
    public long From { get; init; }

    /// <summary>Earliest time of an event to show.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Whether events of the whole job are shown.</summary>
    public bool JobEvents { get; init; } = true;

    /// <summary>Whether events of executions are shown.</summary>
    public bool ExecutionEvents { get; init; } = true;

    /// <summary>The one execution whose events are shown; null for all.</summary>
    public ExecutionId? Execution { get; init; }

    /// <summary>Most events; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Whether an event is shown.</summary>
    internal bool Shows(StoredEvent entry) =>
        entry.SeqNum >= From
        && entry.Event.Timestamp >= Since
        && (entry.Event.Execution is null ? JobEvents : ExecutionEvents)
        && (Execution is null || entry.Event.Execution == Execution);
}

/// <summary>One event of a job's history.</summary>
/// <param name="SeqNum">Its number within the job, from 1.</param>
/// <param name="Version">Version of the job that it belongs to.</param>
/// <param name="Event">What happened.</param>
public sealed record StoredEvent(long SeqNum, int Version, HistoryEvent Event);

/// <summary>A page of a job's history.</summary>
/// <param name="Events">The events, in order.</param>
/// <param name="HasMore">Whether more events that the query shows are stored now.</param>
/// <param name="Next">Number from which the next page begins, whether or not events of it are there yet.</param>
public sealed record HistoryPage(ImmutableArray<StoredEvent> Events, bool HasMore, long Next);
