using System.Net;
using System.Net.Sockets;

namespace Bacalhau.Compute.Network;

/// <summary>HTTP for what jobs name: connects only to addresses that they may reach, found and checked at each connection, so that an answer of DNS that changes helps nobody.</summary>
public static class GuardedHttp
{
    private static readonly TimeSpan _connectTime = TimeSpan.FromSeconds(30);

    /// <summary>Makes a client that follows no redirect and unpacks nothing by itself, and has no time limit of its own.</summary>
    /// <param name="filter">Which addresses may be reached.</param>
    public static HttpClient Create(AddressFilter filter) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = _connectTime,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,

        // A proxy would reach for us what we may not.
        UseProxy = false,
        ConnectCallback = (context, cancellation) => ConnectAsync(filter, context.DnsEndPoint, cancellation),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private static async ValueTask<Stream> ConnectAsync(AddressFilter filter, DnsEndPoint target, CancellationToken cancellation)
    {
        var addresses = await filter.ResolveAsync(target.Host, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
