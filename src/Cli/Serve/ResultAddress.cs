using System.Net;

namespace Bacalhau.Cli.Serve;

/// <summary>Where a node serves its local results, and under which address it tells clients to fetch them.</summary>
/// <param name="Given">What the operator gave as <c>Publishers.Types.Local.Address</c>; empty for nothing.</param>
/// <param name="Advertised">The node's advertised address; empty for none.</param>
/// <param name="Orchestrators">Addresses at which the node reaches its orchestrator.</param>
internal sealed record ResultAddress(string Given, string Advertised, IReadOnlyList<string> Orchestrators)
{
    /// <summary>The address to listen on: the machine's own only, if clients are told no other.</summary>
    public IPAddress Listen =>
        IPAddress.TryParse(Given, out var given) && IPAddress.IsLoopback(given) ? given
        : Given == "localhost" ? IPAddress.Loopback
        : Given.Length == 0 && Advertised.Length == 0 && Orchestrators.All(IsLoopback) ? IPAddress.Loopback
        : IPAddress.Any;

    /// <summary>The address that clients are told.</summary>
    /// <param name="seen">The node's address as the message server sees it; empty while it is not known.</param>
    public string Told(string seen) =>
        Given is not ("" or "0.0.0.0" or "::") ? Given
        : Advertised.Length > 0 ? Advertised
        : seen.Length > 0 ? seen
        : "127.0.0.1";

    private static bool IsLoopback(string url) =>
        Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "nats://" + url, UriKind.Absolute, out var uri) && uri.IsLoopback;
}
