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
    public static int Next() => FirstOf(1);

    /// <summary>The first of so many consecutive ports that nobody listens on.</summary>
    public static int FirstOf(int count)
    {
        for (var attempt = 0; attempt < Count; attempt++)
        {
            var last = First + (Interlocked.Add(ref _calls, count) % Count);
            var ports = Enumerable.Range(last - count + 1, count);
            if (ports.First() >= First && ports.All(IsFree))
            {
                return ports.First();
            }
        }

        throw new InvalidOperationException($"No {count} ports from {First} to {First + Count} are free.");
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
