using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Orchestrator.State;

/// <summary>JSON of what the store keeps as one column: small, read only as a whole, and never searched.</summary>
[JsonSourceGenerationOptions(UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobMemory))]
[JsonSerializable(typeof(ImmutableArray<EventRow>))]
[JsonSerializable(typeof(NodeFacts))]
[JsonSerializable(typeof(SpecConfig))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>What planning remembers of a job beside its columns; absent while there is nothing to remember.</summary>
internal sealed record JobMemory(
    ImmutableArray<RetryRow>? Retries,
    ImmutableArray<RefusalRow>? Refusals,
    ImmutableArray<FailureRow>? Failures,
    ExecutionProblem? LastProblem,
    DateTimeOffset? NextBackoffEnd)
{
    /// <summary>What is to be remembered of a job; null for nothing.</summary>
    public static JobMemory? Of(LiveJob job) =>
        job is { Retries.IsEmpty: true, Refusals.IsEmpty: true, Failures.IsEmpty: true, LastProblem: null, NextBackoffEnd: null } ? null
        : new(
            [.. job.Retries.Select(pair => new RetryRow(pair.Key, pair.Value))],
            [.. job.Refusals.Select(pair => new RefusalRow(pair.Key.Value, pair.Value))],
            [.. job.Failures.Select(pair => new FailureRow(pair.Key.Value, pair.Value))],
            job.LastProblem,
            job.NextBackoffEnd);

    /// <summary>The job with this remembered.</summary>
    public LiveJob ApplyTo(LiveJob job) => job with
    {
        Retries = (Retries ?? []).ToImmutableSortedDictionary(row => row.Partition, row => row.Retry),
        Refusals = (Refusals ?? []).ToImmutableSortedDictionary(row => new NodeId(row.Node), row => row.Refusal),
        Failures = (Failures ?? []).ToImmutableSortedDictionary(row => new NodeId(row.Node), row => row.Count),
        LastProblem = LastProblem,
        NextBackoffEnd = NextBackoffEnd,
    };
}

/// <summary>A partition that is to be placed again.</summary>
internal sealed record RetryRow(int Partition, PartitionRetry Retry);

/// <summary>A node that refused.</summary>
internal sealed record RefusalRow(string Node, NodeRefusal Refusal);

/// <summary>Failed attempts on a node.</summary>
internal sealed record FailureRow(string Node, int Count);

/// <summary>One event of a history row.</summary>
internal sealed record EventRow(string? Execution, string Topic, string Message, DateTimeOffset At, ImmutableSortedDictionary<string, string>? Details)
{
    /// <summary>The event as it is stored.</summary>
    public static EventRow Of(HistoryEvent happened) => new(
        happened.Execution?.Value, happened.Topic, happened.Message, happened.Timestamp, happened.Details.IsEmpty ? null : happened.Details);

    /// <summary>The event as it was recorded.</summary>
    public HistoryEvent ToEvent() => new(Execution is null ? null : new ExecutionId(Execution), Topic, Message, At, TextMap.Of(Details));
}
