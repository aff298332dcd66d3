using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;

namespace Bacalhau.Protocol.Messages;

/// <summary>A node process begins (request to <c>….out.hello</c>).</summary>
public sealed record Hello : Envelope
{
    /// <summary>The node's id.</summary>
    public string NodeId { get => field ?? ""; init; }

    /// <summary>Random id of this process.</summary>
    public string BootId { get => field ?? ""; init; }

    /// <summary>Highest term the node ever saw.</summary>
    public long HighestTerm { get; init; }

    /// <summary>What it says of itself.</summary>
    public NodeFacts Facts { get => field ?? new(); init; }
}

/// <summary>Answer to a <see cref="Hello"/>.</summary>
public sealed record Welcome : Envelope
{
    /// <summary>The session to use from now on; empty when refused.</summary>
    public string GivenSession { get => field ?? ""; init; }

    /// <summary>
    /// Empty when welcome; else a code: <c>inUse</c>, <c>wrongCluster</c>, <c>notApproved</c>, <c>tooOld</c>, <c>tryAgain</c>, or <c>rejected</c> and
    /// <c>deleted</c>, with which the node stops what it runs.
    /// </summary>
    public string Refused { get => field ?? ""; init; }

    /// <summary>Why it was refused, and what to do.</summary>
    public string Reason { get => field ?? ""; init; }

    /// <summary>Milliseconds between heartbeats.</summary>
    public int HeartbeatMillis { get; init; }
}

/// <summary>What a node holds (request to <c>….out.list</c>), in pieces, before the first batch of a session and whenever asked.</summary>
public sealed record HoldingList : Envelope
{
    /// <summary>Number of the list in the life of the node's process; a list that is made later has a larger one.</summary>
    public long Number { get; init; }

    /// <summary>Number of the piece, from 0.</summary>
    public int Piece { get; init; }

    /// <summary>Whether this is the last piece; only then is the list compared.</summary>
    public bool IsLast { get; init; }

    /// <summary>Number of the last batch applied when the list was made.</summary>
    public long AppliedBatch { get; init; }

    /// <summary>What it holds.</summary>
    public Holding[] Items { get => field ?? []; init; }
}

/// <summary>One execution that a node knows, a tombstone (stop of something unknown) included.</summary>
public sealed record Holding
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Its job.</summary>
    public string JobId { get => field ?? ""; init; }

    /// <summary>Largest wish seen.</summary>
    public long AskRevision { get; init; }

    /// <summary>Latest observation saved.</summary>
    public long ReportRevision { get; init; }

    /// <summary>Whether its end has been saved.</summary>
    public bool IsEnded { get; init; }

    /// <summary>Whether it takes room on the node.</summary>
    public bool TakesRoom { get; init; }

    /// <summary>Room that was reserved for it; nothing for a tombstone.</summary>
    public ResourceAmount Amount { get; init; }

    /// <summary><see cref="Assignment.Order"/>; 0 for a tombstone.</summary>
    public long Order { get; init; }

    /// <summary><see cref="Assignment.Term"/>; 0 for a tombstone.</summary>
    public long Term { get; init; }
}

/// <summary>Answer to a piece of a <see cref="HoldingList"/>, and to a <see cref="Goodbye"/>.</summary>
public sealed record Noted : Envelope
{
    /// <summary>Whether the session is unknown: say hello again.</summary>
    public bool SessionIsOver { get; init; }
}

/// <summary>A sign of life (request to <c>….out.heartbeat</c>).</summary>
public sealed record Heartbeat : Envelope
{
    /// <summary>Number of the last batch applied; 0 for none yet.</summary>
    public long AppliedBatch { get; init; }

    /// <summary>Hash over all holdings (execution, both counters), see <see cref="HoldingHash"/>.</summary>
    public string HoldingsHash { get => field ?? ""; init; }

    /// <summary>Reports saved but not acknowledged.</summary>
    public int UnackedReports { get; init; }

    /// <summary>Executions running and preparing.</summary>
    public int RunningExecutions { get; init; }

    /// <summary>Executions waiting in line.</summary>
    public int QueuedExecutions { get; init; }

    /// <summary>New facts if they changed since the last heartbeat; null if not.</summary>
    public NodeFacts? Facts { get; init; }

    /// <summary>Why nothing new can be taken now, as a full disk; empty for nothing.</summary>
    public string Unwell { get => field ?? ""; init; }

    /// <summary>Whether messages to the node were dropped, or may have been while it was away: the lists are to be compared.</summary>
    public bool HasMissed { get; init; }

    /// <summary>How far executions are that prepare or publish, in place of all that was said of it before; null for none.</summary>
    public ExecutionProgressNote[]? Progress { get; init; }

    /// <summary>What it keeps of inputs; null for no cache.</summary>
    public InputCacheNote? InputCache { get; init; }
}

/// <summary>What a node keeps of inputs.</summary>
/// <param name="Bytes">Bytes that are kept.</param>
/// <param name="MaxBytes">Most bytes that are kept.</param>
/// <param name="Hits">How often something was asked for that was there, since the node's start.</param>
/// <param name="Misses">How often something had to be fetched, since the node's start.</param>
public sealed record InputCacheNote(long Bytes, long MaxBytes, long Hits, long Misses);

/// <summary>How far an execution has come with something that takes long.</summary>
public sealed record ExecutionProgressNote
{
    /// <summary>The execution.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>How far it is.</summary>
    public ExecutionProgress? Progress { get; init; }
}

/// <summary>Answer to a <see cref="Heartbeat"/>.</summary>
public sealed record HeartbeatAnswer : Envelope
{
    /// <summary>Whether the session is unknown: say hello again.</summary>
    public bool SessionIsOver { get; init; }

    /// <summary>Whether the node is to send its list.</summary>
    public bool WantsList { get; init; }
}

/// <summary>A node process ends in good order (request to <c>….out.goodbye</c>), after its last report. What runs on is not in it.</summary>
public sealed record Goodbye : Envelope
{
    /// <summary>Executions that have been ended by the stop and are free at once; each was reported interrupted or never started.</summary>
    public string[] Stopped { get => field ?? []; init; }
}

/// <summary>Asks a process whether it still lives and who it is (request to <c>….&lt;session&gt;.ping</c>); answered with <see cref="Pong"/>.</summary>
public sealed record Ping : Envelope;

/// <summary>Answer to a <see cref="Ping"/>.</summary>
public sealed record Pong : Envelope
{
    /// <summary>The process.</summary>
    public string BootId { get => field ?? ""; init; }
}
