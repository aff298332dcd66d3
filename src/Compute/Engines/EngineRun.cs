using System.Collections.Immutable;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Logs;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Compute.Engines;

/// <summary>All an engine needs to run one task of an execution.</summary>
public sealed record EngineRun
{
    /// <summary>The execution.</summary>
    public required ExecutionId Execution { get; init; }

    /// <summary>The job it belongs to.</summary>
    public required JobId Job { get; init; }

    /// <summary>Namespace of the job; warm workers are not shared across namespaces.</summary>
    public required string Namespace { get; init; }

    /// <summary>The task as normalised.</summary>
    public required TaskSpec Task { get; init; }

    /// <summary>What is reserved for it; limits are enforced to this.</summary>
    public required ResourceAmount Resources { get; init; }

    /// <summary>The GPUs that it alone has.</summary>
    public ImmutableArray<GpuDevice> Gpus { get; init; } = [];

    /// <summary>Complete environment: the task's, resolved, and the <c>BACALHAU_*</c> variables, which win.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>Inputs, prepared.</summary>
    public required ImmutableArray<Mount> Inputs { get; init; }

    /// <summary>Result folders: sources exist, are writable by the program, and lie below the execution's results folder.</summary>
    public required ImmutableArray<Mount> Results { get; init; }

    /// <summary>Path of a folder of this execution's own for the engine's scratch files; the engine makes it when it needs it.</summary>
    public required string ScratchFolder { get; init; }

    /// <summary>Where output goes; it is copied there as it comes.</summary>
    public required IOutputSink Output { get; init; }

    /// <summary>From TERM to KILL.</summary>
    public required TimeSpan StopGrace { get; init; }

    /// <summary>Cancelled, before the stop, when the program has passed a limit and is to be killed without grace.</summary>
    public CancellationToken NoGrace { get; init; }

    /// <summary>From TERM to KILL as of now.</summary>
    public TimeSpan GraceNow => NoGrace.IsCancellationRequested ? TimeSpan.Zero : StopGrace;

    /// <summary>Whether this execution may have been started before (the node restarted).</summary>
    public bool MayBeRunning { get; init; }
}

/// <summary>A file or folder of the node made visible to a program.</summary>
/// <param name="Source">Absolute path on the node.</param>
/// <param name="Target">Absolute path in the program.</param>
/// <param name="Writable">Whether the program may write there.</param>
public sealed record Mount(string Source, string Target, bool Writable)
{
    /// <summary>How much of it was on the node already; nothing where that is not known.</summary>
    public InputBytes Bytes { get; init; }
}

/// <summary>How a run ended.</summary>
public enum EngineOutcome
{
    /// <summary>The program ended by itself; the exit code tells how.</summary>
    Exited,

    /// <summary>It could not start, or a limit or a fault ended it.</summary>
    Failed,

    /// <summary>It ended because it was asked to.</summary>
    Stopped,

    /// <summary>It was killed because the node goes away; it is no attempt.</summary>
    Interrupted,

    /// <summary>It runs on without the node.</summary>
    Detached,
}

/// <summary>End of a run.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">Exit code: the program's own, 128 + n for signal n, −1 if it never started.</param>
/// <param name="Problem">Why, when <see cref="EngineOutcome.Failed"/>.</param>
public sealed record EngineExit(EngineOutcome Outcome, int ExitCode, Core.Executions.ExecutionProblem? Problem = null);

/// <summary>An engine cannot do what was asked.</summary>
public sealed class EngineException(Core.Executions.ExecutionProblem problem, bool isRefusal, Exception? inner = null) : Exception(problem.Message, inner)
{
    /// <summary>What and why.</summary>
    public Core.Executions.ExecutionProblem Problem { get; } = problem;

    /// <summary>Whether it is sure to recur on this node (a refusal), or may pass (an attempt).</summary>
    public bool IsRefusal { get; } = isRefusal;
}
