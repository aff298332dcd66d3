using System.Collections.Concurrent;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>Makes files of the objects of one input, several at a time, or several parts of few. The first that fails ends the others.</summary>
internal sealed class S3Fetch(InputCache cache, S3Attempts attempts, S3PartRoom room, JobBucket bucket, string folder, string sha256)
{
    private readonly Lock gate = new();
    private InputBytes moved;

    /// <summary>Makes them, and says how much of them was here.</summary>
    /// <exception cref="Engines.EngineException">An object cannot be had.</exception>
    public async Task<InputBytes> RunAsync(IReadOnlyList<(S3Item Item, string Name)> files, int atOnce, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var open = new ConcurrentQueue<(S3Item Item, string Name)>(files);
        var total = new Total(progress, files.Sum(file => file.Item.Bytes));
        var mostParts = atOnce / Math.Max(1, files.Count);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Exception? first = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(atOnce, files.Count)).Select(_ => WorkAsync()));
        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return moved;

        async Task WorkAsync()
        {
            try
            {
                while (open.TryDequeue(out var file))
                {
                    end.Token.ThrowIfCancellationRequested();
                    await PlaceAsync(file.Item, file.Name, mostParts, new Part(total), end.Token);
                }
            }
            catch (Exception exception) // The first one is told.
            {
                Interlocked.CompareExchange(ref first, exception, null);
                end.Cancel();
            }
        }
    }

    private async Task PlaceAsync(S3Item item, string name, int mostParts, Part part, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var entry = await cache.PlaceAsync(new S3Content(attempts, bucket, item, room, mostParts), file, item.Bytes, part, cancellation);
        lock (gate)
        {
            moved += entry.Moved;
        }

        part.Report(new ExecutionProgress("downloading", item.Bytes, item.Bytes, "bytes"));
        if (sha256.Length > 0 && entry.Digest != sha256)
        {
            // Whoever comes next gets what the server has then.
            cache.Forget(entry.Digest);
            throw S3Problems.ChecksumMismatch(bucket.Show(item.Key), entry.Digest, sha256);
        }
    }

    /// <summary>Bytes of all objects.</summary>
    private sealed class Total(IProgress<ExecutionProgress> shown, long bytes)
    {
        private long done;

        public void Add(long more) => shown.Report(new ExecutionProgress("downloading", Interlocked.Add(ref done, more), bytes, "bytes"));
    }

    /// <summary>Bytes of one object; fewer than before where it begins anew.</summary>
    private sealed class Part(Total total) : IProgress<ExecutionProgress>
    {
        private long done;

        public void Report(ExecutionProgress value) => total.Add(value.Done - Interlocked.Exchange(ref done, value.Done));
    }
}
