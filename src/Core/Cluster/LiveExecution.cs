using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>An execution that still holds something: its partition, room on its node, or a place in its node's memory.</summary>
public sealed record LiveExecution
{
    /// <summary>Public id.</summary>
    public required ExecutionId Id { get; init; }

    /// <summary>Key of its row in the store.</summary>
    public required long Key { get; init; }

    /// <summary>Its job.</summary>
    public required JobId Job { get; init; }

    /// <summary>Version of the job that it runs.</summary>
    public required int JobVersion { get; init; }

    /// <summary>Namespace of its job.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its partition, from 0; in jobs that are counted by node, its node's key.</summary>
    public required int Partition { get; init; }

    /// <summary>Its node.</summary>
    public required NodeId Node { get; init; }

    /// <summary>What it holds of its node, once it is out of the line.</summary>
    public required ResourceAmount Amount { get; init; }

    /// <summary>SHA-256 of the canonical spec, lower-case hex.</summary>
    public required string SpecDigest { get; init; }

    /// <summary>What was last observed.</summary>
    public ExecutionState State { get; init; } = ExecutionState.BidAccepted;

    /// <summary>What is wanted.</summary>
    public DesiredState Desired { get; init; } = DesiredState.Running;

    /// <summary>Finer state, for people.</summary>
    public ExecutionPhase Phase { get; init; }

    /// <summary>Message of the observed state; empty for none.</summary>
    public string Message { get; init; } = "";

    /// <summary>Why <see cref="Desired"/> is what it is; empty for none.</summary>
    public string DesiredMessage { get; init; } = "";

    /// <summary>What its partition went through before it.</summary>
    public PartitionRetry Past { get; init; } = PartitionRetry.None;

    /// <summary>Counts changes shown to people, from 1.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>Counter of the wish; owned by the orchestrator.</summary>
    public long AskRevision { get; init; } = 1;

    /// <summary>What the wish is now.</summary>
    public Ask Ask { get; init; } = Ask.Run;

    /// <summary>Largest wish that its node has acknowledged; not stored, rebuilt at hello.</summary>
    public long AckedRevision { get; init; }

    /// <summary>Whether its node ever showed that it knows it; stored with the next write.</summary>
    public bool IsKnownToNode { get; init; }

    /// <summary>Counter of the observation; owned by the node.</summary>
    public long ReportRevision { get; init; }

    /// <summary>Order of its latest wish among all; dispatch follows it.</summary>
    public long AskOrder { get; init; }

    /// <summary>Whether it waits in its node's line, holding no room.</summary>
    public bool InLine { get; init; }

    /// <summary>Whether it runs beside the execution that holds its partition, to take its place.</summary>
    public bool IsSurge { get; init; }

    /// <summary>When its program was first seen to run; null before.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>When it was first seen to be healthy; null before.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>Why this node was chosen; empty when nothing was to be chosen.</summary>
    public string Choice { get; init; } = "";

    /// <summary>Bytes of its inputs, once its node has told; null before.</summary>
    public InputBytes? Inputs { get; init; }

    /// <summary>Whether no other execution may take its partition.</summary>
    public bool HoldsPartition { get; init; } = true;

    /// <summary>Whether its amount counts against its node.</summary>
    public bool HoldsRoom { get; init; } = true;

    /// <summary>Whether its end was accepted and what it published is kept: its result, or with <c>PublishOn: always</c> what a failed run left.</summary>
    public bool HasResult { get; init; }

    /// <summary>When its grant to publish ends; null without one.</summary>
    public DateTimeOffset? GrantUntil { get; init; }

    /// <summary>When it was placed.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last change shown to people.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Whether its end is in the store.</summary>
    public bool IsEnded => State.IsTerminal();
}

/// <summary>What the orchestrator asks a node to do with an execution.</summary>
public enum Ask
{
    /// <summary>Run it.</summary>
    Run,

    /// <summary>End it; report its end.</summary>
    Stop,

    /// <summary>Its end is in the store: delete every trace of it.</summary>
    Forget,
}
