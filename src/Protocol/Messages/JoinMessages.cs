namespace Bacalhau.Protocol.Messages;

/// <summary>A node asks to be known (subject <c>bacalhau.v1.join</c>), proving that it holds its key.</summary>
public sealed record JoinRequest : Envelope
{
    /// <summary>The node's id.</summary>
    public string NodeId { get => field ?? ""; init; }

    /// <summary>Its public nkey, <c>U…</c>.</summary>
    public string PublicKey { get => field ?? ""; init; }

    /// <summary>Signature of <c>nodeId + "\n" + publicKey</c> with that key, so that nobody registers a key that is not theirs.</summary>
    public byte[] Proof { get => field ?? []; init; }

    /// <summary>Whether the process that asks took part before: the message server has shut it out since, and it asks why.</summary>
    public bool TookPart { get; init; }
}

/// <summary>Answer to a <see cref="JoinRequest"/>.</summary>
public sealed record JoinAnswer : Envelope
{
    /// <summary>
    /// <c>approved</c>, <c>pending</c> or <c>refused</c>; with <c>rejected</c> and <c>deleted</c>, which an operator has decided, the node stops what it runs.
    /// </summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>Why it was refused, and what to do.</summary>
    public string Reason { get => field ?? ""; init; }
}
