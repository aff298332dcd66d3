using System.Net;
using System.Net.Sockets;

namespace Bacalhau.TestKit.Network;

/// <summary>
/// Ports for servers that tests start. They lie below those that the system gives to outgoing connections, and no two calls of a process get the same one, so
/// nothing takes a port between its choice and its use.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _calls = Environment.ProcessId * 97 % Count;

    /// <summary>A port of the loopback address that nobody listens on.</summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var port = First + (Interlocked.Increment(ref _calls) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count} is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
