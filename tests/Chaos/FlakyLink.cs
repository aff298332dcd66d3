using System.Net;
using System.Net.Sockets;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Chaos;

/// <summary>How a link behaves.</summary>
internal enum LinkMode
{
    /// <summary>Bytes pass.</summary>
    Open,

    /// <summary>Connections are ended, and new ones refused.</summary>
    Cut,

    /// <summary>Connections stay, but nothing passes; what was sent arrives later.</summary>
    Silent,

    /// <summary>Everything arrives late.</summary>
    Slow,
}

/// <summary>The way from one node to the message server: a relay that can be cut, silenced and slowed.</summary>
internal sealed class FlakyLink : IDisposable
{
    private static readonly TimeSpan _lateness = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource end = new();
    private readonly TcpListener listener;
    private readonly int target;
    private readonly Lock gate = new();
    private readonly HashSet<Socket> sockets = [];
    private volatile LinkMode mode;

    /// <summary>Begins to relay.</summary>
    /// <param name="target">Port of the message server.</param>
    public FlakyLink(int target)
    {
        this.target = target;
        Port = FreePort.Next();
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Port that the node is told.</summary>
    public int Port { get; }

    /// <summary>Changes the behaviour, also of the connections that are there.</summary>
    public void Become(LinkMode wanted)
    {
        mode = wanted;
        if (wanted == LinkMode.Cut)
        {
            CloseAll();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        end.Cancel();
        listener.Dispose();
        CloseAll();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await listener.AcceptSocketAsync(end.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was disposed of.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            lock (gate)
            {
                sockets.UnionWith([near, far]);
            }

            if (mode != LinkMode.Cut)
            {
                await far.ConnectAsync(IPAddress.Loopback, target, end.Token);
                near.NoDelay = far.NoDelay = true;
                await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is away, and so the other goes too.
        }
        finally
        {
            lock (gate)
            {
                sockets.ExceptWith([near, far]);
            }

            near.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, end.Token) is > 0 and var count)
            {
                if (mode == LinkMode.Slow)
                {
                    await Task.Delay(_lateness, TimeProvider.System, end.Token);
                }

                while (mode == LinkMode.Silent)
                {
                    await Task.Delay(_look, TimeProvider.System, end.Token);
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), end.Token);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    private void CloseAll()
    {
        lock (gate)
        {
            foreach (var socket in sockets)
            {
                socket.Dispose();
            }
        }
    }
}
