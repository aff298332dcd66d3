using System.Text.Json.Serialization;
using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Store;

/// <summary>How far an execution has come, as far as a restart of the node must know it. Each phase is saved before it begins.</summary>
public enum HeldPhase
{
    /// <summary>Accepted: in line or preparing. A restart begins anew.</summary>
    Accepted,

    /// <summary>The program may have been started. A restart attaches to it, or runs it again in place.</summary>
    Running,

    /// <summary>The program has ended; its results are to be published. A restart publishes again.</summary>
    Publishing,

    /// <summary>It has ended, and how is saved; kept until the orchestrator says forget.</summary>
    Ended,
}

/// <summary>One execution as the node's store keeps it, a tombstone (the stop of something unknown) included.</summary>
public sealed record HeldExecution
{
    /// <summary>The execution's id.</summary>
    public string ExecutionId { get => field ?? ""; init; }

    /// <summary>Order in which the node's executions were accepted.</summary>
    [JsonIgnore]
    public long Key { get; init; }

    /// <summary>What to run; null in a tombstone.</summary>
    public Assignment? Assignment { get; init; }

    /// <summary>Largest wish seen.</summary>
    public long AskRevision { get; init; }

    /// <summary>Whether it was asked to stop.</summary>
    public bool IsStopAsked { get; init; }

    /// <summary>Why it was asked to stop.</summary>
    public string StopReason { get => field ?? ""; init; }

    /// <summary>Whether the orchestrator has no more interest in it, not even in its end: it is stopped, then forgotten.</summary>
    public bool IsForgetAsked { get; init; }

    /// <summary>
    /// Until when what it has left is kept at least and at most, in milliseconds since 1970 by the node's clock, if the orchestrator's store does not know it; 0 for
    /// until it is to be forgotten.
    /// </summary>
    public long KeptUntil { get; init; }

    /// <summary>How far it has come.</summary>
    public HeldPhase Phase { get; init; }

    /// <summary>When the program was first started, in milliseconds since 1970 by the node's clock; 0 if it never was.</summary>
    public long StartedAt { get; init; }

    /// <summary>What was mounted as inputs, so that a program that runs on is taken up without preparing them again.</summary>
    public Mount[] Inputs { get => field ?? []; init; }

    /// <summary>How much of its inputs was on the node; null before they were there.</summary>
    public InputBytes? InputBytes { get; init; }

    /// <summary>Ids of the GPUs that its program has; no other execution gets them before its end.</summary>
    public string[] Gpus { get => field ?? []; init; }

    /// <summary>Seconds without an orchestrator after which the node stops the program; 0 for never.</summary>
    public long StopAfterSeconds { get; init; }

    /// <summary>How the program ended; null while it has not.</summary>
    public EngineExit? Exit { get; init; }

    /// <summary>Whether a time limit ended the program.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>Type of the publisher that may have something of it; empty for none.</summary>
    public string Publisher { get => field ?? ""; init; }

    /// <summary>The publisher as the task names it, so that it is known what to withdraw when nobody knows the job any more; null before publishing.</summary>
    public SpecConfig? PublisherSpec { get; init; }

    /// <summary>When publishing began, in milliseconds since 1970 by the node's clock; 0 if it has not.</summary>
    public long PublishingSince { get; init; }

    /// <summary>The report of its end; null before.</summary>
    public ExecutionReport? End { get; init; }

    /// <summary>When its end was saved, in milliseconds since 1970 by the node's clock.</summary>
    public long EndedAt { get; init; }

    /// <summary>The typed id.</summary>
    [JsonIgnore]
    public ExecutionId Id => new(ExecutionId);

    /// <summary>Whether its end is saved.</summary>
    [JsonIgnore]
    public bool IsEnded => Phase == HeldPhase.Ended;

    /// <summary>Whether it is kept only until what it has published, and nobody counts, is withdrawn. To the orchestrator it is not held any more.</summary>
    [JsonIgnore]
    public bool IsForgotten => IsEnded && IsForgetAsked;
}
