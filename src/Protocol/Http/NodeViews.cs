using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>Version of a program; <c>GitVersion</c> is a semantic version that clients compare.</summary>
public sealed record BuildVersionView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Major,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Minor,
    string GitVersion,
    string GitCommit,
    DateTimeOffset BuildDate,
    string GOOS,
    string GOARCH);

/// <summary>What a compute node offers. Pure orchestrators have it too, with <c>null</c> lists.</summary>
public sealed record ComputeNodeInfoView(
    ImmutableArray<string>? ExecutionEngines,
    ImmutableArray<string>? Publishers,
    ImmutableArray<string>? StorageSources,
    ResourcesView MaxCapacity,
    ResourcesView QueueCapacity,
    ResourcesView AvailableCapacity,
    ResourcesView MaxJobRequirements,
    int RunningExecutions = 0,
    int EnqueuedExecutions = 0,
    [property: JsonPropertyName("address")] string Address = "");

/// <summary>Answer of <c>GET /agent/node</c>, and part of a node's record (spec: job-model.md §9).</summary>
public sealed record NodeInfoView(
    string NodeID,
    string NodeType,
    ImmutableSortedDictionary<string, string> Labels,
    ImmutableArray<string> SupportedProtocols,
    ComputeNodeInfoView ComputeNodeInfo,
    BuildVersionView BacalhauVersion);

/// <summary>How a node's connection stands; times that never were are year 1. <c>LostSince</c> is ours: since when its work may be replaced.</summary>
public sealed record ConnectionStateView(
    string Status,
    DateTimeOffset LastHeartbeat,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long LastComputeSeqNum,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long LastOrchestratorSeqNum,
    DateTimeOffset ConnectedSince,
    DateTimeOffset DisconnectedSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastError = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LostSince = null);

/// <summary>
/// A node as the orchestrator knows it. Ours are <c>Drain</c>, while it is being drained, <c>Held</c>: what it runs that a restored store does not know,
/// until an operator stops it, and <c>InputCache</c>.
/// </summary>
public sealed record NodeStateView(
    NodeInfoView Info,
    string Membership,
    string Connection,
    ConnectionStateView ConnectionState,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NodeDrainView? Drain = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<HeldExecutionView>? Held = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InputCacheView? InputCache = null);

/// <summary>Inputs that a node keeps for later: bytes, and how often what was asked for was there (<c>Hits</c>) or had to be fetched since the node's start.</summary>
public sealed record InputCacheView(long Bytes, long MaxBytes, long Hits, long Misses)
{
    /// <summary>Share of what was asked for that was there, from 0 to 1.</summary>
    public double HitRate => Hits + Misses == 0 ? 0 : Math.Round((double)Hits / (Hits + Misses), 3);
}

/// <summary>A drain: since when, and until when running work may finish; no deadline when it is moved at once.</summary>
public sealed record NodeDrainView(
    DateTimeOffset Since, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? Deadline = null);

/// <summary>An execution that a node holds and its orchestrator's store, a restored backup, does not know.</summary>
public sealed record HeldExecutionView(string ExecutionID, string JobID, DateTimeOffset Since);

/// <summary>Answer of <c>GET /nodes</c>; the key is <c>Nodes</c>, not <c>Items</c>.</summary>
public sealed record NodeListView(string NextToken, ImmutableArray<NodeStateView> Nodes);

/// <summary>Answer of <c>GET /nodes/{id}</c>.</summary>
public sealed record GetNodeResponse(NodeStateView Node);

/// <summary>
/// Body of <c>PUT /nodes/{id}</c>: <c>approve</c>, <c>reject</c>, <c>delete</c>, or our own <c>drain</c>, <c>undrain</c> and <c>stop-held</c>.
/// <c>Deadline</c> is for a drain: how many seconds running work may take to finish; none or 0 to move it at once.
/// </summary>
public sealed record NodeActionRequest(
    string? Action = null,
    string? Message = null,
    string? NodeID = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Deadline = null);

/// <summary>Answer of <c>PUT /nodes/{id}</c>.</summary>
public sealed record NodeActionResponse(bool Success);
