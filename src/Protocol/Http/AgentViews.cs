using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Http;

/// <summary>Answer of <c>GET /agent/alive</c>.</summary>
public sealed record AliveView(string Status)
{
    /// <summary>The only status there is.</summary>
    public const string Ok = "OK";
}

/// <summary>Error body of every endpoint (spec: http-api.md §2). Its <c>Code</c> is stable, its <c>Message</c> is for people.</summary>
public sealed record ErrorView(
    int Status = 0,
    string Message = "",
    string RequestID = "",
    string Code = "",
    string Component = "",
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hint = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableSortedDictionary<string, string>? Details = null);

/// <summary>Answer to a client whose version is unknown or too old (spec: http-api.md §1.3); not the usual error shape.</summary>
public sealed record VersionRefusalView(
    string Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? MinVersion = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientVersion = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ServerVersion = null);

/// <summary>Answer of <c>GET /agent/config</c>: the node's configuration, its secrets masked.</summary>
public sealed record AgentConfigView([property: JsonPropertyName("config")] JsonElement Config);

/// <summary>Answer of <c>GET /agent/debug</c>: what the parts of the node say of themselves, by part; a part the node has not is absent.</summary>
public sealed record AgentDebugView(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ImmutableArray<NodeStateView>? DiscoveredNodes = null);

/// <summary>Answer of <c>GET /agent/authconfig</c>: where clients log in; empty without such a place.</summary>
public sealed record AuthConfigView(string Version, JsonElement Config)
{
    /// <summary>The only version there is.</summary>
    public const string CurrentVersion = "1.0.0";
}

/// <summary>One frame of a log stream; a frame with an error is the last.</summary>
public sealed record LogFrameView(
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: JsonPropertyName("value")] LogChunkView Value);

/// <summary>Output of a program as it was produced; the task is named only where there are several, the execution only when all were asked for.</summary>
public sealed record LogChunkView(
    int Type,
    string Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Task = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ExecutionID = null)
{
    /// <summary><see cref="Type"/> of standard output.</summary>
    public const int Stdout = 1;

    /// <summary><see cref="Type"/> of standard error.</summary>
    public const int Stderr = 2;
}
