using Bacalhau.Core.Resources;

namespace Bacalhau.Protocol.Messages;

/// <summary>
/// Wishes for a node (request to <c>….&lt;session&gt;.in</c>). Numbered from 1 within the session; batch n+1 leaves after the acknowledgement of n.
/// </summary>
public sealed record Batch : Envelope
{
    /// <summary>Number of the batch.</summary>
    public long Number { get; init; }

    /// <summary>The wishes, in the order in which they are to be taken in.</summary>
    public Instruction[] Instructions { get => field ?? []; init; }
}

/// <summary>One wish.</summary>
public sealed record Instruction
{
    /// <summary><c>run</c>, <c>stop</c> or <c>forget</c>.</summary>
    public string Verb { get => field ?? ""; init; }

    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Counter of the wish; what is not larger than the one seen is dropped.</summary>
    public long AskRevision { get; init; }

    /// <summary>What to run; with <c>run</c> only.</summary>
    public Assignment? Assignment { get; init; }

    /// <summary>Why it is stopped, for the history; with <c>stop</c> only.</summary>
    public string Reason { get => field ?? ""; init; }

    /// <summary>Whether a result of an execution to forget was accepted; if not, what was published is deleted. With <c>forget</c> only.</summary>
    public bool ResultAccepted { get; init; }

    /// <summary>
    /// How long the node keeps what the execution has left, in milliseconds from the first time that it is told; then it deletes that by itself. With <c>stop</c> of
    /// an execution that the orchestrator's store does not know only; null for until it is to be forgotten.
    /// </summary>
    public long? KeepMillis { get; init; }
}

/// <summary>What differs per execution; the job is named by reference.</summary>
public sealed record Assignment
{
    /// <summary>The job.</summary>
    public string JobId { get => field ?? ""; init; }

    /// <summary>Its version.</summary>
    public int JobVersion { get; init; }

    /// <summary>SHA-256 of the canonical spec, lower-case hex.</summary>
    public string SpecDigest { get => field ?? ""; init; }

    /// <summary>The partition, from 0.</summary>
    public int Partition { get; init; }

    /// <summary>Partitions in all.</summary>
    public int Count { get; init; }

    /// <summary>Priority of the job.</summary>
    public int Priority { get; init; }

    /// <summary>Room reserved for it.</summary>
    public ResourceAmount Amount { get; init; }

    /// <summary>Whether it was given beyond the node's capacity: it starts from the line, when room is free.</summary>
    public bool InLine { get; init; }

    /// <summary>Place of the execution among all of the orchestrator's store; the node says it again in its list. A store that has not come so far yet is a restored backup.</summary>
    public long Order { get; init; }

    /// <summary>Term in which it was given to the node first.</summary>
    public long Term { get; init; }
}

/// <summary>Answer to a <see cref="Batch"/>: all of it is saved.</summary>
public sealed record BatchAck : Envelope
{
    /// <summary>Number of the batch; when the node expected another one, that one's number and nothing was taken in.</summary>
    public long Number { get; init; }

    /// <summary>Whether the batch was taken in (or had been before).</summary>
    public bool Applied { get; init; }

    /// <summary>Why nothing could be saved (a full disk); empty when applied.</summary>
    public string Reason { get => field ?? ""; init; }

    /// <summary>Wishes that can never be taken, with reasons; they are not sent again.</summary>
    public Rejection[] Rejected { get => field ?? []; init; }
}

/// <summary>Something a side can never accept.</summary>
public sealed record Rejection
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Counter of what was rejected.</summary>
    public long Revision { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get => field ?? ""; init; }
}
