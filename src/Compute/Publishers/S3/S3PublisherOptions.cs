using Bacalhau.Compute.S3;
using Bacalhau.Core;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>How results are put into buckets.</summary>
public sealed record S3PublisherOptions : S3Options
{
    private const int MiB = 1 << 20;

    /// <summary>The defaults.</summary>
    public S3PublisherOptions()
    {
    }

    /// <summary>The defaults, with the node's own ways.</summary>
    public S3PublisherOptions(S3Options node)
        : base(node)
    {
    }

    /// <summary>This node, for <c>{nodeID}</c> in keys.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Bytes of a part of what is sent in several. What fits into one is sent at once. S3 wants at least 5 MiB.</summary>
    public int PartBytes { get; init; } = 8 * MiB;

    /// <summary>Bytes of a part of what would have too many smaller ones.</summary>
    public int LargestPartBytes { get; init; } = 64 * MiB;

    /// <summary>Most parts of an object, which is S3's own limit.</summary>
    public int MostParts { get; init; } = 10_000;

    /// <summary>Most parts in memory, of all executions together.</summary>
    public int PartsInMemory { get; init; } = 8;

    /// <summary>Files of one execution that are sent at the same time, with the encoding <c>plain</c>.</summary>
    public int FilesAtOnce { get; init; } = 8;

    /// <summary>Most files of one execution with the encoding <c>plain</c>.</summary>
    public int MostFiles { get; init; } = 100_000;

    /// <summary>How long it is taken for granted that a bucket which could be written to still can.</summary>
    public TimeSpan ProbeFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time for taking back what was sent by an attempt that failed.</summary>
    public TimeSpan UndoTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of the parts of an object of at most so many bytes.</summary>
    public int PartBytesFor(long mostBytes)
    {
        var bytes = PartBytes;
        while (bytes < LargestPartBytes && mostBytes > (long)bytes * MostParts)
        {
            bytes = Math.Min(bytes * 2, LargestPartBytes);
        }

        return bytes;
    }
}
