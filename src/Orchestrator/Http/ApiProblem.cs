using System.Collections.Immutable;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>An answer that is an error: what is written into the error body (spec: http-api.md §2).</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Component">The part that says so.</param>
/// <param name="Message">What happened, to what.</param>
/// <param name="Hint">What to do next; empty for nothing.</param>
/// <param name="Details">Further facts; null for none.</param>
internal sealed record ApiProblem(
    int Status, string Code, string Component, string Message, string Hint = "", ImmutableSortedDictionary<string, string>? Details = null)
{
    /// <summary>The component of what the HTTP layer itself refuses.</summary>
    public const string Server = "APIServer";

    /// <summary>Nothing is served at this path, or not with this method: the reference has no 405.</summary>
    public static ApiProblem UnknownPath { get; } = new(
        404,
        "NotFound",
        Server,
        "There is nothing at this URL.",
        "The server may be older than the client and not have this endpoint yet.",
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, [new KeyValuePair<string, string>("cli_usage", "Update the server, or see whether its version has this command.")]));

    /// <summary>The body is over the limit.</summary>
    public static ApiProblem TooLarge { get; } = new(413, "InternalError", Server, "Request Entity Too Large");

    /// <summary>The address sends more requests than it may.</summary>
    public static ApiProblem TooMany { get; } = new(
        429, "TooManyRequests", Server, "Too many requests from this address.", "Send fewer requests a second, or raise API.RateLimit on the server.");

    /// <summary>Something that should not have happened; the cause is in the server's log only.</summary>
    public static ApiProblem Unexpected { get; } = new(500, "InternalError", "Unknown", "Internal server error");

    /// <summary>The body's type is not JSON.</summary>
    public static ApiProblem NotJson { get; } = new(400, "InternalError", Server, "code=415, message=Unsupported Media Type; send Content-Type: application/json");

    /// <summary>A parameter or a body that cannot be read.</summary>
    public static ApiProblem Unreadable(string detail) => new(400, "InternalError", Server, $"code=400, message={detail}, internal={detail}");

    /// <summary>A request that can be read but asks for something that is not allowed.</summary>
    public static ApiProblem Invalid(string message) => new(400, "InternalError", Server, message);

    /// <summary>A door that is closed to this caller.</summary>
    public static ApiProblem Forbidden(string message, string hint) => new(403, "Forbidden", Server, message, hint);

    /// <summary>The body that says so.</summary>
    public ErrorView ToView(string requestId) => new(Status, Message, requestId, Code, Component, Hint.Length == 0 ? null : Hint, Details);
}

/// <summary>Ends a request with a problem; the pipeline's edge writes it.</summary>
internal sealed class ApiProblemException(ApiProblem problem) : Exception(problem.Message)
{
    /// <summary>What is answered.</summary>
    public ApiProblem Problem { get; } = problem;
}
