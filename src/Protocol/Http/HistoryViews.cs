using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>What happened, in which area, when, and further facts (spec: job-model.md §8).</summary>
public sealed record EventView(
    string Message,
    string Topic,
    DateTimeOffset Timestamp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, string>? Details = null)
{
    /// <summary>Whether the event reports an error.</summary>
    [JsonIgnore]
    public bool IsError => Details?.GetValueOrDefault("IsError") == "true";

    /// <summary>What to do next; empty for none.</summary>
    [JsonIgnore]
    public string Hint => Details?.GetValueOrDefault("Hint") ?? "";
}

/// <summary>One entry of a job's history. The last two keys exist only for clients older than 1.5, as empty objects.</summary>
public sealed record HistoryEventView(
    long SeqNum,
    string Type,
    string JobID,
    long JobVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExecutionID,
    EventView Event,
    DateTimeOffset Time,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? JobState = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? ExecutionState = null)
{
    /// <summary><see cref="Type"/> of an event of the whole job.</summary>
    public const string JobLevel = "JobLevel";

    /// <summary><see cref="Type"/> of an event of one execution.</summary>
    public const string ExecutionLevel = "ExecutionLevel";
}

/// <summary>Answer of <c>GET …/history</c>.</summary>
public sealed record HistoryListView(string NextToken, ImmutableArray<HistoryEventView> Items);
