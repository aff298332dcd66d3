using System.Buffers;
using Bacalhau.Compute.Logs;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>
/// Copies the output of one container, from its beginning, to a sink. A container that is started here is listened to from before its
/// start; one that ran already, or whose stream broke off, is read from the daemon's log, skipping what was delivered, so every byte
/// arrives once.
/// </summary>
internal sealed class ContainerOutput(IDockerClient docker, string container, IOutputSink sink, TimeProvider clock)
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly long[] delivered = new long[3];

    /// <summary>Begins to listen, before the container is started.</summary>
    public Task<MultiplexedStream> AttachAsync() => docker.Containers.AttachContainerAsync(
        container, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }, CancellationToken.None);

    /// <summary>Copies until the container has ended and all is delivered.</summary>
    /// <param name="live">What <see cref="AttachAsync"/> gave; null for a container that ran already.</param>
    /// <param name="exited">Completes when the container has ended.</param>
    /// <param name="cancellation">Gives the copy up.</param>
    public async Task CopyAsync(MultiplexedStream? live, Task exited, CancellationToken cancellation)
    {
        await sink.RestartAsync(cancellation);
        if (live is not null && await TryCopyAsync(() => CopyAsync(live, new long[3], cancellation)) && await HasExitedAsync(exited, cancellation))
        {
            return;
        }

        for (var isLast = false; !isLast;)
        {
            // While it is followed the daemon may end the stream some bytes too early: the last pass is one over the finished log.
            isLast = exited.IsCompleted;
            var isWhole = await TryCopyAsync(() => CopyLogAsync(follow: !isLast, cancellation));
            isLast &= isWhole;
            await HasExitedAsync(exited, cancellation);
        }
    }

    private static async Task<bool> TryCopyAsync(Func<Task> copy)
    {
        try
        {
            await copy();
            return true;
        }
        catch (Exception e) when (DockerProblems.IsConnectionLoss(e))
        {
            return false;
        }
        catch (DockerApiException)
        {
            // The container is gone; whoever waits for it says why.
            return true;
        }
    }

    private async Task<bool> HasExitedAsync(Task exited, CancellationToken cancellation)
    {
        await Task.WhenAny(exited, Task.Delay(Pause, clock, cancellation));
        cancellation.ThrowIfCancellationRequested();
        return exited.IsCompleted;
    }

    private async Task CopyLogAsync(bool follow, CancellationToken cancellation)
    {
        var parameters = new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Follow = follow };
        using var stream = await docker.Containers.GetContainerLogsAsync(container, parameters, cancellation);
        await CopyAsync(stream, [.. delivered], cancellation);
    }

    private async Task CopyAsync(MultiplexedStream stream, long[] skip, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await stream.ReadOutputAsync(buffer, 0, BufferBytes, cancellation) is { EOF: false } read)
            {
                var target = read.Target == MultiplexedStream.TargetStream.StandardError ? OutputStream.Stderr : OutputStream.Stdout;
                var known = (int)Math.Min(skip[(int)target], read.Count);
                skip[(int)target] -= known;
                if (read.Count > known)
                {
                    await sink.WriteAsync(target, buffer.AsMemory(known, read.Count - known), cancellation);
                    delivered[(int)target] += read.Count - known;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
