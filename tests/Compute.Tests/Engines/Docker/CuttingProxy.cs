using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Bacalhau.Compute.Tests.Engines.Docker;

/// <summary>Stands between an engine and the daemon, and breaks their connections off when a test says so.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly Uri daemon;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentBag<Socket> open = [];
    private readonly CancellationTokenSource end = new();
    private readonly Task accepting;
    private readonly TaskCompletionSource waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CuttingProxy(Uri daemon, string path)
    {
        this.daemon = daemon;
        Endpoint = new Uri($"unix://{path}");
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>Completes when the engine has asked how a container ends.</summary>
    public Task Waiting => waiting.Task;

    /// <summary>Breaks off every connection that is open now; new ones are taken.</summary>
    public void CutAll()
    {
        while (open.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        CutAll();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await listener.AcceptAsync(end.Token);
            var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await server.ConnectAsync(new UnixDomainSocketEndPoint(daemon.LocalPath), end.Token);
            open.Add(client);
            open.Add(server);
            _ = CopyAsync(client, server);
            _ = CopyAsync(server, client);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            await using var source = new NetworkStream(from);
            await using var target = new NetworkStream(to);
            var buffer = new byte[64 * 1024];
            for (int count; (count = await source.ReadAsync(buffer)) > 0;)
            {
                await target.WriteAsync(buffer.AsMemory(0, count));
                if (buffer.AsSpan(0, count).IndexOf("/wait"u8) >= 0)
                {
                    waiting.TrySetResult();
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // Cut, as the test wants it.
        }
    }
}
