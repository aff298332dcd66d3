using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Locality;

/// <summary>One input of a job, as nodes are asked whether they hold it.</summary>
public sealed record DataNeed
{
    /// <summary>Tells it from all others: needs of the same key are answered alike. 32 hexadecimal digits.</summary>
    public required string Key { get; init; }

    /// <summary>The source as it stands in the job; of a URL only its digest and host.</summary>
    public required SpecConfig Source { get; init; }

    /// <summary>Number of partitions among which the data is divided; 1 where each gets all of it.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Whether it is only where it is: a node without it can never run the job.</summary>
    public bool IsFixed { get; init; }

    /// <summary>What it is, for people.</summary>
    public required string Name { get; init; }

    /// <inheritdoc/>
    public bool Equals(DataNeed? other) => other?.Key == Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
