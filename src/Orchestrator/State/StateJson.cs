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
[JsonSerializable(typeof(PublishedResult))]
internal sealed partial class StateJson : JsonSerializerContext;

/// <summary>One event of a history row.</summary>
internal sealed record EventRow(string? Execution, string Topic, string Message, DateTimeOffset At, ImmutableSortedDictionary<string, string>? Details)
{
    /// <summary>The event as it is stored.</summary>
    public static EventRow Of(HistoryEvent happened) => new(
        happened.Execution?.Value, happened.Topic, happened.Message, happened.Timestamp, happened.Details.IsEmpty ? null : happened.Details);

    /// <summary>The event as it was recorded.</summary>
    public HistoryEvent ToEvent() => new(Execution is null ? null : new ExecutionId(Execution), Topic, Message, At, TextMap.Of(Details));
}
