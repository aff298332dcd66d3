using System.Buffers;
using Bacalhau.Compute.Logs;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>
/// Copies the output of one container, from its beginning, to a sink. When the daemon breaks off it asks again and skips what it has
/// delivered, so every byte arrives once.
/// </summary>
internal sealed class ContainerOutput(IDockerClient docker, string container, IOutputSink sink, TimeProvider clock)
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly long[] delivered = new long[3];

    /// <summary>Copies until the container has ended and all is delivered. <paramref name="exited"/> completes when the container has ended.</summary>
    public async Task CopyAsync(Task exited, CancellationToken cancellation)
    {
        await sink.RestartAsync(cancellation);
        for (var wasExited = false; !wasExited;)
        {
            wasExited = exited.IsCompleted;
            try
            {
                await CopyOnceAsync(cancellation);
                await Task.WhenAny(exited, Task.Delay(Pause, clock, cancellation));
                if (exited.IsCompleted)
                {
                    return;
                }
            }
            catch (Exception e) when (DockerProblems.IsConnectionLoss(e))
            {
                await Task.Delay(Pause, clock, cancellation);
            }
            catch (DockerApiException)
            {
                // The container is gone; whoever waits for it says why.
                return;
            }
        }
    }

    private async Task CopyOnceAsync(CancellationToken cancellation)
    {
        var skip = delivered.ToArray();
        var parameters = new ContainerLogsParameters { ShowStdout = true, ShowStderr = true, Follow = true };
        using var stream = await docker.Containers.GetContainerLogsAsync(container, parameters, cancellation);
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
