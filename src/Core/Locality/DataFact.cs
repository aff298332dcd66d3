using System.Collections.Immutable;

namespace Bacalhau.Core.Locality;

/// <summary>What is known of where one need is: a question to the nodes, and what they have answered so far. Not stored.</summary>
public sealed record DataFact
{
    /// <summary>Up to so many nodes are asked one by one, and say also that they hold nothing; of more, only holders answer.</summary>
    public const int MostAskedByName = 64;

    /// <summary>Questions after which the silence of all nodes counts as an answer.</summary>
    public const int SilentRounds = 3;

    /// <summary>How long the answer that nobody holds it counts for those who wait since it was asked.</summary>
    public static readonly TimeSpan NegativeAge = TimeSpan.FromSeconds(5);

    /// <summary>How long work that brings data to a node is believed to do so.</summary>
    public static readonly TimeSpan LongestWay = TimeSpan.FromMinutes(10);

    /// <summary>What is asked for.</summary>
    public required DataNeed Need { get; init; }

    /// <summary>When it was asked last.</summary>
    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Until when answers are waited for.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>How often it was asked without any holder being known.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Whether holders were known before it was asked last, so that nothing need wait for the answers.</summary>
    public bool WasKnown { get; init; }

    /// <summary>The nodes that answer in any case; empty if only holders do.</summary>
    public ImmutableSortedSet<NodeId> Asked { get; init; } = [];

    /// <summary>Answers by node, those of nodes that hold nothing too.</summary>
    public ImmutableSortedDictionary<NodeId, DataHolding> Holdings { get; init; } = ImmutableSortedDictionary<NodeId, DataHolding>.Empty;

    /// <summary>Bytes per second at which nodes have fetched such data; 0 if none has said.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>The most bytes that anybody knows of.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Whether any node holds something.</summary>
    public bool HasHolder { get; init; }

    /// <summary>Whether no further answer is waited for.</summary>
    public bool IsDecided(DateTimeOffset now) => now >= DueAt || (!Asked.IsEmpty && Asked.All(node => Holdings.TryGetValue(node, out var answer) && answer.At >= AskedAt));

    /// <summary>Whether it is to be asked again.</summary>
    /// <param name="now">The time.</param>
    /// <param name="age">How long it counts that a node holds something.</param>
    /// <param name="waitingSince">Since when the one that asks waits: that nobody held anything before says nothing about now.</param>
    public bool IsOld(DateTimeOffset now, TimeSpan age, DateTimeOffset waitingSince) =>
        now >= GoodUntil(age) || (!HasHolder && (AskedAt < waitingSince || (Rounds < SilentRounds && Asked.IsEmpty && now >= DueAt)));

    /// <summary>When it is asked again by those who wait.</summary>
    /// <param name="age">How long it counts that a node holds something.</param>
    public DateTimeOffset GoodUntil(TimeSpan age) => AskedAt + (HasHolder ? age : NegativeAge);

    /// <summary>What a node holds as far as it counts now; null for nothing.</summary>
    public DataHolding? HeldBy(NodeId node, DateTimeOffset now) => Holdings.TryGetValue(node, out var held) && held.IsAny && Counts(held, now) ? held : null;

    /// <summary>Whether what is known of a node is still good: until the question that is open is decided, the answer before it is.</summary>
    public bool Counts(DataHolding held, DateTimeOffset now) => held.At >= AskedAt || now < DueAt || now < held.OnItsWaySince + LongestWay;

    /// <summary>Whether a node is known not to hold it: it has said so, or keeps silent where holders are to speak.</summary>
    public bool IsLackedBy(NodeId node, DateTimeOffset now) => HeldBy(node, now) is null
        && ((Holdings.TryGetValue(node, out var answer) && Counts(answer, now)) || (Asked.IsEmpty && now >= DueAt && (HasHolder || Rounds >= SilentRounds)));

    /// <summary>Bytes of a partition's data in what a node holds; where it is not known how much there is, at least one byte tells that there is something.</summary>
    /// <param name="held">What the node holds.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="total">Bytes of the partition's data in all, see <see cref="TotalOf"/>.</param>
    public long BytesOf(DataHolding held, int partition, long total) => held.IsWhole || held.IsNear || held.IsOnItsWay ? Math.Max(1, total)
        : Need.Partitions == 1 ? held.Bytes
        : held.Parts.GetValueOrDefault(partition);

    /// <summary>Bytes of a partition's data, as far as anybody knows; 0 if nobody does.</summary>
    public long TotalOf(int partition) => Need.Partitions == 1 ? TotalBytes : Holdings.Values.Select(held => held.Parts.GetValueOrDefault(partition)).DefaultIfEmpty().Max();
}
