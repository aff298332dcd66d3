using Bacalhau.Compute.S3;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>How objects are fetched, and from where.</summary>
public sealed record S3InputOptions : S3Options
{
    /// <summary>The defaults.</summary>
    public S3InputOptions()
    {
    }

    /// <summary>The defaults, with the node's own ways.</summary>
    public S3InputOptions(S3Options node)
        : base(node)
    {
    }

    /// <summary>Most objects of one input.</summary>
    public int MostObjects { get; init; } = 100_000;

    /// <summary>Most objects that are looked at to find them.</summary>
    public int MostListed { get; init; } = 1_000_000;

    /// <summary>Objects that are listed with one request.</summary>
    public int ListedAtOnce { get; init; } = 1000;

    /// <summary>Objects of one input that are fetched at the same time, or parts of them where they are fewer.</summary>
    public int MostAtOnce { get; init; } = 8;

    /// <summary>Bytes of a part of an object that is fetched in parts.</summary>
    public int PartBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Parts of objects that wait for their turn in the node's memory, for all inputs together.</summary>
    public int MostPartsAhead { get; init; } = 16;
}
