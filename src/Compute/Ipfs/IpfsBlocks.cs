using System.Globalization;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Blocks by their CIDs: from an IPFS node, which is asked again where that may help, or from memory.</summary>
/// <param name="client">The node.</param>
/// <param name="options">How it is asked.</param>
/// <param name="clock">Clock of pauses.</param>
public sealed class IpfsBlocks(IpfsClient client, IpfsOptions options, TimeProvider clock)
{
    /// <summary>Most bytes of folders and beginnings of files that are remembered, so that the executions of a job do not ask for them one after the other.</summary>
    private const int MostRememberedBytes = 32 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<Cid, byte[]> remembered = [];
    private readonly Queue<Cid> order = [];
    private long rememberedBytes;

    /// <summary>How the node is asked.</summary>
    public IpfsOptions Options => options;

    /// <summary>Gives a block.</summary>
    /// <exception cref="IpfsException">It cannot be had.</exception>
    internal async Task<byte[]> GetAsync(Cid cid, CancellationToken cancellation)
    {
        if (!cid.CanBeChecked || cid.Codec is not (Cid.Raw or Cid.DagPb))
        {
            throw UnixFsNode.Bad(cid, string.Create(CultureInfo.InvariantCulture, $"has the codec 0x{cid.Codec:x} and the hash function 0x{cid.HashFunction:x}"));
        }

        if ((cid.Inline ?? Recall(cid)) is { } here)
        {
            return here;
        }

        var pause = options.FirstPause;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await client.GetBlockAsync(cid, cancellation);
            }
            catch (IpfsException exception) when (exception.Trouble is IpfsTrouble.Unreached or IpfsTrouble.BadAnswer && attempt < options.MaxRetryCount)
            {
                await Task.Delay(pause, clock, cancellation);
                pause *= 2;
            }
        }
    }

    /// <summary>Gives a folder, link or beginning of a file, and remembers it.</summary>
    /// <exception cref="IpfsException">It cannot be had, or is none of them.</exception>
    internal async Task<UnixFsNode> GetNodeAsync(Cid cid, CancellationToken cancellation)
    {
        var block = await GetAsync(cid, cancellation);
        var node = UnixFsNode.Read(cid, block);
        Remember(cid, block);
        return node;
    }

    private byte[]? Recall(Cid cid)
    {
        lock (gate)
        {
            return remembered.GetValueOrDefault(cid);
        }
    }

    private void Remember(Cid cid, byte[] block)
    {
        lock (gate)
        {
            if (!remembered.TryAdd(cid, block))
            {
                return;
            }

            order.Enqueue(cid);
            rememberedBytes += block.Length;
            while (rememberedBytes > MostRememberedBytes && remembered.Remove(order.Dequeue(), out var oldest))
            {
                rememberedBytes -= oldest.Length;
            }
        }
    }
}
