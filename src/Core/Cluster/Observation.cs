using System.Collections.Immutable;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Cluster;

/// <summary>What a node observed of one of its executions.</summary>
public sealed record Observation
{
    /// <summary>The execution.</summary>
    public required ExecutionId Execution { get; init; }

    /// <summary>Counter of the observation; what is not larger than the last one taken is dropped.</summary>
    public required long ReportRevision { get; init; }

    /// <summary>What was seen.</summary>
    public required ObservedOutcome Outcome { get; init; }

    /// <summary>Phase, while it runs.</summary>
    public ExecutionPhase Phase { get; init; }

    /// <summary>Whether its health check has passed, or it runs and has none.</summary>
    public bool IsHealthy { get; init; }

    /// <summary>Why it was refused or failed.</summary>
    public ExecutionProblem? Problem { get; init; }

    /// <summary>Bytes of its inputs, once they were there; null before.</summary>
    public InputBytes? Inputs { get; init; }

    /// <summary>Output and exit code; null if it never started.</summary>
    public RunOutput? Output { get; init; }

    /// <summary>Where its result is; null if none.</summary>
    public PublishedResult? PublishedResult { get; init; }

    /// <summary>What happened on the node, for the history.</summary>
    public ImmutableArray<ExecutionEvent> Events { get; init; } = [];

    /// <summary>End of its log in the log's own format.</summary>
    public byte[] LogTail { get; init; } = [];
}

/// <summary>Kinds of observation.</summary>
public enum ObservedOutcome
{
    /// <summary>It prepares, runs or publishes.</summary>
    Running,

    /// <summary>It can never run on that node; no attempt.</summary>
    Refused,

    /// <summary>There was no room, contrary to what the orchestrator believes; no attempt.</summary>
    NoRoom,

    /// <summary>It ended with a result.</summary>
    Completed,

    /// <summary>It ended without a result; an attempt.</summary>
    Failed,

    /// <summary>It ended because that was asked.</summary>
    Stopped,

    /// <summary>It ended because its node stopped or restarted; no attempt.</summary>
    Interrupted,
}
