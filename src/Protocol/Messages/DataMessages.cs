using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Messages;

/// <summary>The orchestrator asks all nodes which data they hold (published on <c>bacalhau.v1.ask</c>); answered with <see cref="DataAnswers"/>, by holders at least.</summary>
public sealed record DataAsk : Envelope
{
    /// <summary>The questions.</summary>
    public DataQuestion[] Questions { get => field ?? []; init; }
}

/// <summary>A question for the data of one input.</summary>
public sealed record DataQuestion
{
    /// <summary>Tells it from others.</summary>
    public string Key { get => field ?? ""; init; }

    /// <summary>The input's source. A URL is not in it: it has the type <c>urlDigest</c>, and says host and SHA-256 of it.</summary>
    public SpecConfig? Source { get; init; }

    /// <summary>Number of partitions among which the data is divided; 1 where each gets all of it.</summary>
    public int Partitions { get; init; }

    /// <summary>The nodes that answer in any case; empty if only those that hold something do.</summary>
    public string[] Nodes { get => field ?? []; init; }
}

/// <summary>Which data a node holds (published on <c>….out.data</c>).</summary>
public sealed record DataAnswers : Envelope
{
    /// <summary>One for each question that the node has something to say to.</summary>
    public DataAnswer[] Answers { get => field ?? []; init; }

    /// <summary>How fast the node has fetched inputs, in bytes per second; 0 if it has not yet.</summary>
    public long BytesPerSecond { get; init; }
}

/// <summary>What a node holds of the data of one input.</summary>
public sealed record DataAnswer
{
    /// <summary>Key of the question.</summary>
    public string Key { get => field ?? ""; init; }

    /// <summary>Bytes that are on the node.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes that there are in all; 0 if the node does not know.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Whether it is there without the node knowing how much it is, as a folder on its disk.</summary>
    public bool IsWhole { get; init; }

    /// <summary>Whether the node's configuration declares the place of the data near.</summary>
    public bool IsNear { get; init; }

    /// <summary>Partitions of which there is something, as far as they fit.</summary>
    public DataPart[] Parts { get => field ?? []; init; }

    /// <summary>Why the node cannot have it; empty for no special reason.</summary>
    public string Lack { get => field ?? ""; init; }
}

/// <summary>What there is of one partition.</summary>
/// <param name="Partition">The partition, from 0.</param>
/// <param name="Bytes">Its bytes.</param>
public sealed record DataPart(int Partition, long Bytes);
