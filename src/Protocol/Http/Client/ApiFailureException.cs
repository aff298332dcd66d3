using System.Net;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>The API answered with an error, or not at all.</summary>
/// <param name="message">What happened.</param>
/// <param name="hint">What to do next; empty for none.</param>
/// <param name="status">Status of the answer; null if there was none.</param>
/// <param name="code">Stable code of the error; empty if there was none.</param>
/// <param name="cause">What was thrown below.</param>
public sealed class ApiFailureException(string message, string hint = "", HttpStatusCode? status = null, string code = "", Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>What to do next; empty for none.</summary>
    public string Hint { get; } = hint;

    /// <summary>Status of the answer; null if there was none.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>Stable code of the error; empty if there was none.</summary>
    public string Code { get; } = code;

    /// <summary>Whether no server was reached.</summary>
    public bool IsUnreachable => Status is null;
}
