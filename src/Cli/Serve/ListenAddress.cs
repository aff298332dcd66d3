using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Bacalhau.Cli.Serve;

/// <summary>The address that the API listens on, from what the configuration calls it: an address, a kind of address, or a host name.</summary>
internal static class ListenAddress
{
    /// <summary>The address.</summary>
    /// <param name="host">What the configuration says.</param>
    /// <exception cref="CliException">This machine has no such address.</exception>
    public static IPAddress Of(string host) => Of(host, OwnAddresses);

    /// <summary>The address, on a machine with other addresses than this one.</summary>
    /// <param name="host">What the configuration says.</param>
    /// <param name="own">Lists the machine's addresses.</param>
    /// <exception cref="CliException">The machine has no such address.</exception>
    public static IPAddress Of(string host, Func<IEnumerable<IPAddress>> own) =>
        IPAddress.TryParse(host, out var address) ? address : host.ToLowerInvariant() switch
        {
            "any" => IPAddress.Any,
            "localhost" or "loopback" or "local" => IPAddress.Loopback,
            "linklocal" => First(host, own().Where(IsLinkLocal)),
            "private" => First(host, own().Where(IsPrivate)),
            "public" => First(host, own().Where(found => !IsPrivate(found) && !IsLinkLocal(found) && !IPAddress.IsLoopback(found))),
            _ => First(host, Resolve(host)),
        };

    private static IPAddress First(string host, IEnumerable<IPAddress> addresses) => addresses.FirstOrDefault() ?? throw new CliException(
        $"API.Host is '{host}', which is no address of this machine",
        "Give an address, or any, public, private, linklocal or loopback; for example -c API.Host=127.0.0.1");

    private static bool IsPrivate(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? address.IsIPv6UniqueLocal
        : address.GetAddressBytes() is [10, ..] or [172, >= 16 and < 32, ..] or [192, 168, ..];

    private static bool IsLinkLocal(IPAddress address) => address.IsIPv6LinkLocal || address.GetAddressBytes() is [169, 254, _, _];

    private static IEnumerable<IPAddress> OwnAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(found => found.Address);

    private static IPAddress[] Resolve(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return [];
        }
    }
}
