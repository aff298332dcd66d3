using System.Globalization;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Copies content into a folder. What broke off is gone on with by the next copy into the same folder, since content never changes.</summary>
/// <param name="blocks">Where blocks come from.</param>
public sealed class IpfsCopy(IpfsBlocks blocks)
{
    /// <summary>Copies it.</summary>
    /// <param name="cid">The content.</param>
    /// <param name="path">Path within it that is copied; empty for all of it.</param>
    /// <param name="target">Path of what the copy becomes, a file or a folder: there is nothing, or what an earlier copy of the same has left.</param>
    /// <param name="unfinished">Path of a folder for what is on its way, of this copy's own; it is gone at the end.</param>
    /// <param name="progress">Takes the bytes that are there, and all bytes as far as they are known; called by one thread at a time.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IpfsException">It cannot be had, or is nothing that can be written to disk.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task RunAsync(Cid cid, string path, string target, string unfinished, Action<long, long> progress, CancellationToken cancellation)
    {
        var listing = await new IpfsTree(blocks).ListAsync(cid, path, _ => { }, cancellation);
        Directory.CreateDirectory(unfinished);
        Directory.CreateDirectory(listing.IsFile ? Path.GetDirectoryName(target)! : target);
        foreach (var folder in listing.Folders)
        {
            Directory.CreateDirectory(Path.Combine(target, folder));
        }

        var (done, gate) = (0L, new Lock());
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = blocks.Options.FilesAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(listing.Files.Index(), atOnce, async (pair, cancel) =>
        {
            var (index, file) = pair;
            var finished = file.Path.Length == 0 ? target : Path.Combine(target, file.Path);
            var part = Path.Combine(unfinished, string.Create(CultureInfo.InvariantCulture, $"{index}-{file.Cid}"));
            await CopyAsync(file.Cid, finished, part, Add, cancel);
        });

        void Add(long bytes)
        {
            lock (gate)
            {
                progress(done += bytes, listing.Bytes);
            }
        }

        // Links come last, so that nothing is written through one.
        foreach (var (link, to) in listing.Links.Where(link => !Path.Exists(Path.Combine(target, link.Path)) && new FileInfo(Path.Combine(target, link.Path)).LinkTarget is null))
        {
            File.CreateSymbolicLink(Path.Combine(target, link), to);
        }

        Directory.Delete(unfinished, recursive: true);
    }

    /// <summary>Copies one file; <paramref name="progress"/> takes how many bytes more there are.</summary>
    private async Task CopyAsync(Cid cid, string finished, string part, Action<long> progress, CancellationToken cancellation)
    {
        if (File.Exists(finished))
        {
            progress(new FileInfo(finished).Length);
            return;
        }

        await using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
        {
            progress(file.Seek(0, SeekOrigin.End));
            var bytes = await new IpfsDownload(blocks).RunAsync(cid, file.Length, WriteAsync, cancellation);
            if (file.Length != bytes)
            {
                file.SetLength(0);
                throw new IpfsException(IpfsTrouble.Unreached, string.Create(CultureInfo.InvariantCulture, $"{cid} has {bytes} bytes, and what is here of it is not so long: it begins anew"));
            }

            async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, long fileBytes)
            {
                await file.WriteAsync(piece, cancellation);
                progress(piece.Length);
            }
        }

        File.Move(part, finished);
    }
}
