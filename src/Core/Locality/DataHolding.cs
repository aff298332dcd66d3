using System.Collections.Immutable;

namespace Bacalhau.Core.Locality;

/// <summary>What one node holds of a need.</summary>
public sealed record DataHolding
{
    /// <summary>Bytes that are on the node.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes that there are in all, as far as the node knows; 0 if it does not.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Whether the node has it without knowing how much it is, as a folder on its disk.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether the node's configuration declares the place of the data near.</summary>
    public bool IsNear { get; init; }

    /// <summary>When work was placed there that brings the data to the node; null for none.</summary>
    public DateTimeOffset? OnItsWaySince { get; init; }

    /// <summary>Whether the data is being brought to the node.</summary>
    public bool IsOnItsWay => OnItsWaySince is not null;

    /// <summary>Bytes of each partition of which there are any, by partition; empty where the data is not divided.</summary>
    public ImmutableSortedDictionary<int, long> Parts { get; init; } = ImmutableSortedDictionary<int, long>.Empty;

    /// <summary>Why the node cannot have it, as it says itself; empty for no special reason.</summary>
    public string Lack { get; init; } = "";

    /// <summary>When this was learnt.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it holds anything.</summary>
    public bool IsAny => Bytes > 0 || IsWhole || IsNear || IsOnItsWay;
}
