using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Bacalhau.Compute.Network;

/// <summary>
/// Which addresses a download for a job may reach: a node must not be sent to fetch what only it can see (design: Security, nodes as deputies). Link-local addresses,
/// which those of cloud metadata services are, are refused always; the node's own (loopback) unless they are allowed.
/// </summary>
/// <param name="allowed">Hosts and addresses that may be reached although they are the node's own (<c>Compute.AllowedHosts</c>).</param>
/// <param name="lookUp">Finds the addresses of a name; as the system does, if it is not given.</param>
public sealed class AddressFilter(ImmutableArray<string> allowed, Func<string, CancellationToken, Task<IPAddress[]>>? lookUp = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> lookUp = lookUp ?? Dns.GetHostAddressesAsync;

    /// <summary>Metadata services outside of the link-local ranges: Alibaba Cloud's, and that of AWS on IPv6.</summary>
    private static readonly ImmutableArray<IPAddress> _metadata = [IPAddress.Parse("100.100.100.200"), IPAddress.Parse("fd00:ec2::254")];

    private static readonly ImmutableArray<IPNetwork> _never =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/128"),
        IPNetwork.Parse("fe80::/10"),
        IPNetwork.Parse("ff00::/8"),
    ];

    private static readonly ImmutableArray<IPNetwork> _loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    /// <summary>IPv4 addresses written as IPv6 ones, with where they stand in the 16 bytes: mapped, compatible, translated (NAT64), 6to4.</summary>
    private static readonly ImmutableArray<(IPNetwork Range, int At)> _wrapped =
    [
        (IPNetwork.Parse("::ffff:0:0/96"), 12),
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        (IPNetwork.Parse("2002::/16"), 2),
        (IPNetwork.Parse("::/96"), 12),
    ];

    /// <summary>Why an address of a host may not be reached, in a few words; null if it may.</summary>
    public string? FindObjection(string host, IPAddress address)
    {
        var real = Unwrap(address);
        if (_never.Any(range => range.Contains(real)) || _metadata.Contains(real))
        {
            return "belongs to the machine's own network equipment or metadata, which no job may reach";
        }

        return _loopback.Any(range => range.Contains(real)) && !IsAllowed(host, real)
            ? "is the node itself, which a job may reach only where Compute.AllowedHosts lists it"
            : null;
    }

    /// <summary>The addresses of a host that may be reached.</summary>
    /// <exception cref="ForbiddenAddressException">None of them may.</exception>
    /// <exception cref="SocketException">The host has none, or it is not known.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await lookUp(host, cancellation);
        var reachable = addresses.Where(address => FindObjection(host, address) is null).ToArray();
        return reachable.Length > 0 || addresses.Length == 0
            ? reachable
            : throw new ForbiddenAddressException($"the address {addresses[0]} of {host} {FindObjection(host, addresses[0])}");
    }

    private bool IsAllowed(string host, IPAddress address) => allowed.Any(entry =>
        string.Equals(entry, host, StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(entry, out var listed) && listed.Equals(address)));

    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.Equals(IPAddress.IPv6Loopback) || address.Equals(IPAddress.IPv6Any))
        {
            return address;
        }

        foreach (var (range, at) in _wrapped)
        {
            if (range.Contains(address))
            {
                return new IPAddress(address.GetAddressBytes().AsSpan(at, 4));
            }
        }

        return new IPAddress(address.GetAddressBytes());
    }
}

/// <summary>A job's download leads to an address that it may not reach.</summary>
public sealed class ForbiddenAddressException(string message) : IOException(message);
