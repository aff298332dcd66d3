using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>Turns what goes wrong between client and server into words.</summary>
internal static class ApiFailures
{
    /// <summary>The failure that an error answer tells.</summary>
    public static ApiFailureException Of(HttpStatusCode status, string body, string address)
    {
        if (status == HttpStatusCode.Unauthorized)
        {
            return new(
                "unauthorized",
                "Set BACALHAU_API_KEY, or BACALHAU_API_USERNAME and BACALHAU_API_PASSWORD, to credentials that this server knows",
                status);
        }
        if (Read(body) is { Message.Length: > 0 } error)
            return new(error.Message, error.Hint ?? "", status, error.Code);
        var text = body.Trim();
        return new(
            text.Length is 0 or > 200 ? $"the server at {address} answered {(int)status} {status}" : $"the server at {address} answered {(int)status} {status}: {text}",
            "Check that the address belongs to a Bacalhau API",
            status);
    }

    /// <summary>The failure to reach the server at all.</summary>
    public static ApiFailureException Of(HttpRequestException problem, string address) => problem switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => new("host not found", ReachHint(address), cause: problem),
        { HttpRequestError: HttpRequestError.ConnectionError } when IsRefused(problem) =>
            new($"server is not running or not reachable at {address}", ReachHint(address), cause: problem),
        { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new($"network error: no TLS connection with {address}: {Innermost(problem).Message}", TlsHint(address), cause: problem),
        _ => new($"network error: {address}: {Innermost(problem).Message}", ReachHint(address), cause: problem),
    };

    /// <summary>What to do when a server is not reached.</summary>
    public static string ReachHint(string address) => $"""
        1. Check that a server runs at {address}; 'bacalhau serve --orchestrator --compute' starts one
                2. If it has another address, name it:
                   a. by flags: --api-host <host> --api-port <port>
                   b. by configuration keys: -c API.Host=<host> -c API.Port=<port>
                   c. for good: bacalhau config set API.Host=<host>
        """;

    private static string TlsHint(string address) =>
        $"If the server at {address} has no TLS, use http:// and no API.TLS.UseTLS; if its certificate is its own, name it with -c API.TLS.CAFile=<file>";

    private static bool IsRefused(HttpRequestException problem) =>
        Innermost(problem) is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut or SocketError.AddressNotAvailable };

    private static Exception Innermost(Exception problem)
    {
        while (problem.InnerException is { } inner)
            problem = inner;
        return problem;
    }

    private static ErrorView? Read(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ApiJson.Wire.ErrorView);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
