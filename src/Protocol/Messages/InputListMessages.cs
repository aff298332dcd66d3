namespace Bacalhau.Protocol.Messages;

/// <summary>
/// A node asks what one input of a job's version is made of (request to <c>….out.inputs</c>, second connection). All executions of the version read the same list:
/// the first whole one that a node has offered.
/// </summary>
public sealed record InputListRequest : Envelope
{
    /// <summary>An execution of that version assigned to the asker.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Which list of the version.</summary>
    public string List { get => field ?? ""; init; }

    /// <summary>First byte wanted.</summary>
    public long Offset { get; init; }
}

/// <summary>A node offers a piece of such a list, which it has made because there was none (request to <c>….out.offer</c>, second connection).</summary>
public sealed record InputListOffer : Envelope
{
    /// <summary>An execution of that version assigned to the sender.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Which list of the version.</summary>
    public string List { get => field ?? ""; init; }

    /// <summary>SHA-256 of the whole list, lower-case hex.</summary>
    public string Digest { get => field ?? ""; init; }

    /// <summary>Length of the whole list, at most <see cref="InputListLimits.MostBytes"/>.</summary>
    public long Total { get; init; }

    /// <summary>Position of this piece.</summary>
    public long Offset { get; init; }

    /// <summary>The bytes, at most <see cref="InputListLimits.PieceBytes"/>.</summary>
    public byte[] Bytes { get => field ?? []; init; }
}

/// <summary>Answer to an <see cref="InputListRequest"/> or an <see cref="InputListOffer"/>. Without a digest, a refusal or a delay it asks for what is missing of an offer.</summary>
public sealed record InputListAnswer : Envelope
{
    /// <summary>SHA-256 of the list that counts, lower-case hex; empty while there is none.</summary>
    public string Digest { get => field ?? ""; init; }

    /// <summary>Length of the list that counts; 0 while there is none.</summary>
    public long Total { get; init; }

    /// <summary>The bytes that were asked for, at most <see cref="InputListLimits.PieceBytes"/>; none in answer to an offer.</summary>
    public byte[] Bytes { get => field ?? []; init; }

    /// <summary>Position to go on from: of the list that counts, or, where there is none, of the sender's offer.</summary>
    public long Next { get; init; }

    /// <summary>Whether the same is to be said again a little later: the session is over, another node makes the list, or it cannot be taken now.</summary>
    public bool TryLater { get; init; }

    /// <summary>Why there will be none; empty when there is no trouble.</summary>
    public string Refused { get => field ?? ""; init; }
}

/// <summary>How large lists of inputs may be.</summary>
public static class InputListLimits
{
    /// <summary>Most bytes of one list, as it is sent and stored. 100,000 objects take about 3.5 MB.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Most bytes of all lists of a job's version.</summary>
    public const int MostBytesOfVersion = 64 * 1024 * 1024;

    /// <summary>Most bytes in a message.</summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>Longest name of a list.</summary>
    public const int LongestName = 64;
}
