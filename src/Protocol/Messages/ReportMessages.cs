using Bacalhau.Core.Executions;

namespace Bacalhau.Protocol.Messages;

/// <summary>What a node has observed (request to <c>….out.report</c>), kept by it until acknowledged.</summary>
public sealed record ReportBatch : Envelope
{
    /// <summary>The reports.</summary>
    public ExecutionReport[] Reports { get => field ?? []; init; }
}

/// <summary>Kinds of report; each is a fact that stays true.</summary>
public enum ReportKind
{
    /// <summary>The program has been running for 250 ms, or its preparation takes long.</summary>
    Running,

    /// <summary>Before the start: it can never run here.</summary>
    Refused,

    /// <summary>Before the start: there is no room, contrary to what the orchestrator believes.</summary>
    NoRoom,

    /// <summary>It ended with a result: the program exited, and what was to be published is.</summary>
    Completed,

    /// <summary>It ended without: engine, input, time limit or publisher failed.</summary>
    Failed,

    /// <summary>It ended because that was asked.</summary>
    Stopped,

    /// <summary>It ended, or never started, because the node stopped, restarted, or could not save the start; no attempt.</summary>
    Interrupted,
}

/// <summary>One observation.</summary>
public sealed record ExecutionReport
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Counter of the observation; saved before it is sent, grows with each.</summary>
    public long ReportRevision { get; init; }

    /// <summary>What was observed.</summary>
    public ReportKind Kind { get; init; }

    /// <summary>Phase, with <see cref="ReportKind.Running"/>.</summary>
    public ExecutionPhase Phase { get; init; }

    /// <summary>With <see cref="ReportKind.Running"/>: whether its health check has passed, or it runs and has none.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>Why, with <see cref="ReportKind.Refused"/>, <see cref="ReportKind.NoRoom"/> and <see cref="ReportKind.Failed"/>.</summary>
    public ExecutionProblem? Problem { get; init; }

    /// <summary>Whether a time limit ended it; an attempt all the same.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Bytes of its inputs, once they are there; null before.</summary>
    public InputBytes? Inputs { get; init; }

    /// <summary>Output and exit code; null if it never started.</summary>
    public RunOutput? Output { get; init; }

    /// <summary>Where the result is; null if none.</summary>
    public PublishedResult? PublishedResult { get; init; }

    /// <summary>Things that happened, for the history.</summary>
    public ExecutionEvent[] Events { get => field ?? []; init; }

    /// <summary>End of the log in the log's own format, at most 64 KiB; with an end only.</summary>
    public byte[] LogTail { get => field ?? []; init; }
}

/// <summary>Answer to a <see cref="ReportBatch"/>: what is listed is in the store (or can never be), and is not sent again.</summary>
public sealed record ReportAck : Envelope
{
    /// <summary>Whether the session is unknown: say hello again.</summary>
    public bool SessionIsOver { get; init; }

    /// <summary>Whether nothing could be stored now (a full disk, a lost store): send again later.</summary>
    public bool TryLater { get; init; }

    /// <summary>Reports that were rejected for good, with reasons; all others of the batch are stored.</summary>
    public Rejection[] Rejected { get => field ?? []; init; }
}

/// <summary>Asks for leave to publish (request to <c>….out.grant</c>), again while bytes flow.</summary>
public sealed record GrantRequest : Envelope
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Whether this renews a grant.</summary>
    public bool IsRenewal { get; init; }
}

/// <summary>Answer to a <see cref="GrantRequest"/>.</summary>
public sealed record GrantAnswer : Envelope
{
    /// <summary>Whether publishing is allowed.</summary>
    public bool Granted { get; init; }

    /// <summary>Milliseconds the grant runs, counted by the node from sending the request.</summary>
    public int GrantMillis { get; init; }

    /// <summary>Why not; empty when granted.</summary>
    public string Reason { get => field ?? ""; init; }

    /// <summary>Whether the orchestrator could not decide now: ask again.</summary>
    public bool TryLater { get; init; }
}

/// <summary>
/// Asks for an address at which the result of an execution is put into the orchestrator's bucket, or deleted from it (request to <c>….out.address</c>). It is given for an
/// execution that is assigned to the asker: to put it while its grant runs, to delete it if it does not count.
/// </summary>
public sealed record AddressRequest : Envelope
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Whether the result is to be deleted.</summary>
    public bool IsWithdrawal { get; init; }
}

/// <summary>A node asks which of the results that it keeps are of jobs that there are no more (request to <c>….out.kept</c>, second connection).</summary>
public sealed record KeptResults : Envelope
{
    /// <summary>Most executions in one question.</summary>
    public const int MostAtOnce = 100;

    /// <summary>Their executions, at most <see cref="MostAtOnce"/>.</summary>
    public string[] Executions { get => field ?? []; init; }
}

/// <summary>Answer to <see cref="KeptResults"/>.</summary>
public sealed record KeptAnswer : Envelope
{
    /// <summary>Those of the executions that the orchestrator's store does not know.</summary>
    public string[] Unknown { get => field ?? []; init; }
}

/// <summary>Answer to an <see cref="AddressRequest"/>.</summary>
public sealed record AddressAnswer : Envelope
{
    /// <summary>The address, which is good for some minutes; empty when there is none.</summary>
    public string Url { get => field ?? ""; init; }

    /// <summary>Why there is none; empty when there is.</summary>
    public string Reason { get => field ?? ""; init; }

    /// <summary>Whether the orchestrator could not decide now: ask again.</summary>
    public bool TryLater { get; init; }
}
