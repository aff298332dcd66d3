using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.Ipfs;

/// <summary>Makes the files of one input, several at a time. The first that fails ends the others.</summary>
internal sealed class IpfsFetch(InputCache cache, IpfsBlocks blocks, string what, long mostBytes)
{
    private readonly Lock gate = new();
    private InputBytes moved;
    private long placed;
    private long done;

    /// <summary>Makes them, and says how much of them was in the cache.</summary>
    /// <param name="listing">What there is.</param>
    /// <param name="place">Path of the file, or of the folder with its folders.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Engines.EngineException">A file cannot be had, or there are more bytes than may be.</exception>
    public async Task<InputBytes> RunAsync(IpfsListing listing, string place, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = blocks.Options.FilesAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(listing.Files, atOnce, async (file, cancel) =>
        {
            // Of a block of plain bytes the length is known only when it is here.
            var limit = file.Cid.Codec == Cid.Raw ? mostBytes : file.Bytes;
            var part = new Part(this, progress, listing.Bytes);
            var entry = await cache.PlaceAsync(new IpfsContent(blocks, file.Cid, what), file.Path.Length == 0 ? place : Path.Combine(place, file.Path), limit, part, cancel);
            part.Report(new ExecutionProgress("downloading", entry.Bytes, entry.Bytes, "bytes"));
            if (Interlocked.Add(ref placed, entry.Bytes) > mostBytes)
            {
                throw IpfsProblems.TooLarge(what, mostBytes);
            }

            lock (gate)
            {
                moved += entry.Moved;
            }
        });
        return moved;
    }

    /// <summary>Bytes of one file, as a part of those of all.</summary>
    private sealed class Part(IpfsFetch all, IProgress<ExecutionProgress> shown, long totalBytes) : IProgress<ExecutionProgress>
    {
        private long before;

        public void Report(ExecutionProgress value)
        {
            lock (all.gate)
            {
                all.done += value.Done - before;
                before = value.Done;
                shown.Report(new ExecutionProgress("downloading", all.done, totalBytes, "bytes"));
            }
        }
    }
}
