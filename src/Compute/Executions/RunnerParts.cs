using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Probes;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Executions;

/// <summary>What runs executions on a node, picked by the names that job files use.</summary>
internal sealed record RunnerParts
{
    public required NodeStore Store { get; init; }

    public required IWorkspace Workspace { get; init; }

    public required JobSpecs Specs { get; init; }

    public required SharedLists Lists { get; init; }

    public required ReportOutbox Outbox { get; init; }

    public required Line Line { get; init; }

    public required OpenLogs Logs { get; init; }

    public required KeptLogs KeptLogs { get; init; }

    public required StartGate Gate { get; init; }

    public ProgressBoard Progress { get; } = new();

    public required IReadOnlyDictionary<string, IEngine> Engines { get; init; }

    public required IReadOnlyDictionary<string, IInputSource> InputSources { get; init; }

    public required IReadOnlyDictionary<string, IPublisher> Publishers { get; init; }

    public required Func<ExecutionId, PublishGrant> NewGrant { get; init; }

    /// <summary>How long the node has not heard from its orchestrator.</summary>
    public required Func<TimeSpan> Silence { get; init; }

    public required TimeProvider Clock { get; init; }

    public HostVariables HostVariables { get; init; } = HostVariables.None;

    public ImmutableArray<GpuDevice> Gpus { get; init; } = [];

    public AdmissionPolicy Policy { get; init; } = new();

    public IReadOnlyList<IAdmissionProbe> Probes { get; init; } = [];

    public RunnerLimits Limits { get; init; } = new();

    /// <summary>The engine of a task; null if this node has none of that name.</summary>
    public IEngine? EngineOf(TaskSpec task) => Engines.GetValueOrDefault(NameOf(task.Engine));

    /// <summary>The source of an input; null if this node has none of that name.</summary>
    public IInputSource? SourceOf(InputSource input) => InputSources.GetValueOrDefault(NameOf(input.Source));

    /// <summary>Whether a task wants its results published.</summary>
    public static bool IsPublished(TaskSpec task) => NameOf(task.Publisher).Length > 0;

    /// <summary>A type's name as it is looked up.</summary>
    public static string NameOf(SpecConfig? config) => config?.Type.Trim().ToLowerInvariant() ?? "";
}

/// <summary>Limits of running executions.</summary>
public sealed record RunnerLimits
{
    /// <summary>A program, or its preparation, that lasts less is not reported before its end.</summary>
    public TimeSpan ReportAfter { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Preparing fails after so long without a byte of progress.</summary>
    public TimeSpan PrepareStall { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time that an admission probe has for its answer.</summary>
    public TimeSpan ProbeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time for publishing, all attempts together, when the task names none.</summary>
    public TimeSpan PublishTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often publishing is tried.</summary>
    public int PublishAttempts { get; init; } = 5;

    /// <summary>Wait before the second attempt to publish; it doubles.</summary>
    public TimeSpan PublishBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From TERM to KILL when the task names no time.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a program of an earlier start of the node, which is to stop, is left alone until its job is known, which says how to stop it.</summary>
    public TimeSpan SpecPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before saving is tried again, when the disk is full.</summary>
    public TimeSpan SaveRetry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often saving that publishing begins is tried before the results are given up: a minute, in which others may make room.</summary>
    public int PublishSaveAttempts { get; init; } = 30;

    /// <summary>Most bytes of the results of an execution whose task asks for no disk (<c>Compute.Results.MaxSize</c>).</summary>
    public long ResultBytes { get; init; } = 10_000_000_000;

    /// <summary>Time between two looks at how large the results of a running program are.</summary>
    public TimeSpan ResultLook { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Largest end of a log that goes with the report of an end, in bytes.</summary>
    public int LogTailBytes { get; init; } = 64 * 1024;

    /// <summary>How long the log of a forgotten execution is kept that is longer than what went with the report.</summary>
    public TimeSpan KeepLogsFor { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Most logs of forgotten executions that are kept.</summary>
    public int MostKeptLogs { get; init; } = 1000;
}
