using System.Globalization;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Fetches one file in order, from any byte on, several blocks at a time. Each block was compared with its CID, so what comes is right whoever sent it.</summary>
/// <param name="blocks">Where blocks come from.</param>
public sealed class IpfsDownload(IpfsBlocks blocks)
{
    private const int MostDepth = 32;

    /// <summary>Takes a piece of a file, and the length of the whole file in bytes.</summary>
    public delegate ValueTask Take(ReadOnlyMemory<byte> piece, long fileBytes);

    /// <summary>Fetches it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="from">Bytes at its beginning that are not needed.</param>
    /// <param name="take">Takes each piece, in order; an empty file has none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The length of the whole file in bytes.</returns>
    /// <exception cref="IpfsException">It cannot be had, or is no file.</exception>
    public async Task<long> RunAsync(Cid file, long from, Take take, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var open = new Stack<Part>([new Part(file, 0, null, 0)]);
        long? total = null;
        try
        {
            while (open.TryPop(out var part))
            {
                var block = part.BeginAsync(blocks, end.Token);
                foreach (var next in open.Take(blocks.Options.BlocksAtOnce - 1))
                {
                    _ = next.BeginAsync(blocks, end.Token);
                }

                var node = Read(file, part, await block);
                total ??= node.Bytes;
                var skipped = (int)Math.Clamp(from - part.At, 0, node.Content.Length);
                if (skipped < node.Content.Length)
                {
                    await take(node.Content[skipped..], total.Value);
                }

                foreach (var below in PartsOf(file, part, node).Where(below => below.At + below.Bytes > from).Reverse())
                {
                    open.Push(below);
                }
            }
        }
        finally
        {
            end.Cancel();
        }

        return total!.Value;
    }

    private static UnixFsNode Read(Cid file, Part part, byte[] block)
    {
        var node = UnixFsNode.Read(part.Cid, block);
        return node.Kind == UnixFsKind.File && (part.Bytes is not { } told || told == node.Bytes)
            ? node
            : throw UnixFsNode.Bad(file, part.Depth == 0 ? "is a folder or link" : string.Create(CultureInfo.InvariantCulture, $"has other parts than it says, at byte {part.At}"));
    }

    /// <summary>Parts without bytes need not be fetched, and there could be any number of them.</summary>
    private static IEnumerable<Part> PartsOf(Cid file, Part part, UnixFsNode node)
    {
        if (part.Depth >= MostDepth)
        {
            throw UnixFsNode.Bad(file, string.Create(CultureInfo.InvariantCulture, $"is built of more than {MostDepth} layers"));
        }

        var at = part.At + node.Content.Length;
        for (var index = 0; index < node.Links.Length; at += node.Sizes[index++])
        {
            if (node.Sizes[index] > 0)
            {
                yield return new Part(node.Links[index].Cid, at, node.Sizes[index], part.Depth + 1);
            }
        }
    }

    /// <summary>A part of the file.</summary>
    private sealed class Part(Cid cid, long at, long? bytes, int depth)
    {
        private Task<byte[]>? block;

        public Cid Cid => cid;

        public long At => at;

        public long? Bytes => bytes;

        public int Depth => depth;

        public Task<byte[]> BeginAsync(IpfsBlocks blocks, CancellationToken cancellation) => block ??= blocks.GetAsync(cid, cancellation);
    }
}
