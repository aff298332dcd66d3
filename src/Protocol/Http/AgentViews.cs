using System.Collections.Immutable;
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

/// <summary>One frame of a log stream; a frame with an error is the last.</summary>
public sealed record LogFrameView(
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: JsonPropertyName("value")] LogChunkView Value);

/// <summary>Output of a program as it was produced; the task is named only where there are several.</summary>
public sealed record LogChunkView(
    int Type,
    string Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Task = null)
{
    /// <summary><see cref="Type"/> of standard output.</summary>
    public const int Stdout = 1;

    /// <summary><see cref="Type"/> of standard error.</summary>
    public const int Stderr = 2;
}
