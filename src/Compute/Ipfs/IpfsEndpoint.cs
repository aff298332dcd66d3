using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Where an IPFS node's RPC is, written as a multiaddr (multiformats.io).</summary>
public static class IpfsEndpoint
{
    /// <summary>How one is written, for messages.</summary>
    public const string Example = "such as /ip4/127.0.0.1/tcp/5001 or /dns/ipfs.example.org/tcp/443/https";

    /// <summary>Reads <c>/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT[/http|/https|/tls/http]</c>.</summary>
    /// <param name="text">What a person wrote.</param>
    /// <param name="url">The address, http unless it says https.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? url)
    {
        url = null;
        var parts = text.Trim().TrimEnd('/').Split('/');
        if (parts is not ["", var kind, var host, "tcp", var number, ..] || !ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            return false;
        }

        string? scheme = parts[5..] switch
        {
            [] or ["http"] => "http",
            ["https"] or ["tls", "http"] => "https",
            _ => null,
        };
        return scheme is not null && IsHost(kind, host) && Uri.TryCreate(
            string.Create(CultureInfo.InvariantCulture, $"{scheme}://{(kind == "ip6" ? $"[{host}]" : host)}:{port}/"), UriKind.Absolute, out url);
    }

    private static bool IsHost(string kind, string host) => kind switch
    {
        "ip4" => IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetwork && host.Count(character => character == '.') == 3,
        "ip6" => IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !host.Contains('['),
        "dns" or "dns4" or "dns6" => Uri.CheckHostName(host) == UriHostNameType.Dns,
        _ => false,
    };
}
