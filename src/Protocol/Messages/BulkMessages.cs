namespace Bacalhau.Protocol.Messages;

/// <summary>A node asks for a piece of a job's canonical spec (request to <c>….out.spec</c>, second connection).</summary>
public sealed record SpecRequest : Envelope
{
    /// <summary>An execution of that job assigned to the asker.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>The job.</summary>
    public string JobId { get => field ?? ""; init; }

    /// <summary>Its version.</summary>
    public int JobVersion { get; init; }

    /// <summary>First byte wanted.</summary>
    public long Offset { get; init; }
}

/// <summary>A piece of something long.</summary>
public sealed record Piece : Envelope
{
    /// <summary>The bytes, at most 256 KiB.</summary>
    public byte[] Bytes { get => field ?? []; init; }

    /// <summary>Position after these bytes, to ask for next.</summary>
    public long Next { get; init; }

    /// <summary>Length in all if known; −1 if not.</summary>
    public long Total { get; init; }

    /// <summary>Whether nothing will come after these bytes.</summary>
    public bool IsEnd { get; init; }

    /// <summary>Whether the session is unknown: ask again in the next one.</summary>
    public bool SessionIsOver { get; init; }

    /// <summary>Why there is nothing; empty when there is no trouble.</summary>
    public string Refused { get => field ?? ""; init; }
}

/// <summary>The orchestrator reads a log (request to <c>….&lt;session&gt;.log</c>, second connection); answered with <see cref="Piece"/> of log frames.</summary>
public sealed record LogRequest : Envelope
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Position to read from; −1 for the end of what exists now.</summary>
    public long Position { get; init; }

    /// <summary>With <see cref="Position"/> 0: start at the last so many lines; 0 for all.</summary>
    public int LastLines { get; init; }

    /// <summary>How long the node may wait for new bytes before it answers with none, in milliseconds.</summary>
    public int WaitMillis { get; init; }
}

/// <summary>The orchestrator reads a local result for a client that cannot reach the node (request to <c>….&lt;session&gt;.result</c>, second connection); answered with <see cref="Piece"/>.</summary>
public sealed record ResultRequest : Envelope
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>First byte wanted.</summary>
    public long Offset { get; init; }
}
