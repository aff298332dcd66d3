using System.Collections.Immutable;
using System.Numerics;

namespace Bacalhau.Core.Cluster;

/// <summary>An immutable set of partition numbers, kept as bits in chunks that are shared between versions.</summary>
public sealed class PartitionSet
{
    private const int ChunkBits = 2048;
    private const int ChunkWords = ChunkBits / 64;

    private readonly ImmutableArray<ulong[]?> chunks;

    private PartitionSet(ImmutableArray<ulong[]?> chunks, int count) => (this.chunks, Count) = (chunks, count);

    /// <summary>The empty set.</summary>
    public static PartitionSet Empty { get; } = new([], 0);

    /// <summary>How many numbers are in it.</summary>
    public int Count { get; }

    /// <summary>Whether a partition is in it.</summary>
    public bool Contains(int partition)
    {
        var chunk = partition / ChunkBits;
        return chunk < chunks.Length && chunks[chunk] is { } words && (words[partition % ChunkBits / 64] >> (partition % 64) & 1) != 0;
    }

    /// <summary>The set with a partition added.</summary>
    public PartitionSet Add(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        if (Contains(partition))
        {
            return this;
        }

        var index = partition / ChunkBits;
        var grown = chunks;
        while (grown.Length <= index)
        {
            grown = grown.Add(null);
        }

        var words = grown[index] is { } old ? (ulong[])old.Clone() : new ulong[ChunkWords];
        words[partition % ChunkBits / 64] |= 1UL << (partition % 64);
        return new(grown.SetItem(index, words), Count + 1);
    }

    /// <summary>A set of many partitions at once.</summary>
    public static PartitionSet From(IEnumerable<int> partitions)
    {
        var list = new List<ulong[]?>();
        foreach (var partition in partitions)
        {
            var index = partition / ChunkBits;
            while (list.Count <= index)
            {
                list.Add(null);
            }

            (list[index] ??= new ulong[ChunkWords])[partition % ChunkBits / 64] |= 1UL << (partition % 64);
        }

        return new([.. list], list.Sum(words => words?.Sum(BitOperations.PopCount) ?? 0));
    }
}
