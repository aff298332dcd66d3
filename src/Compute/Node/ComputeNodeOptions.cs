using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Locality;
using Bacalhau.Compute.Probes;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Bacalhau.Protocol.Links;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Compute.Node;

/// <summary>What becomes of running executions when their node stops.</summary>
public enum OnStop
{
    /// <summary>What can run on does, and is taken up by the next start.</summary>
    Keep,

    /// <summary>Everything is stopped, and replaced elsewhere.</summary>
    Stop,
}

/// <summary>All that a compute node is made of. Everything that touches disk, network or time is given.</summary>
public sealed record ComputeNodeOptions
{
    /// <summary>The node's id.</summary>
    public required NodeId Node { get; init; }

    /// <summary>Connection for what is short. Stays the caller's.</summary>
    public required IMessageLink Control { get; init; }

    /// <summary>Second connection, for what is long. Stays the caller's.</summary>
    public required IMessageLink Bulk { get; init; }

    /// <summary>What the node must not forget. Stays the caller's.</summary>
    public required NodeStore Store { get; init; }

    /// <summary>Specs and execution folders.</summary>
    public required IWorkspace Workspace { get; init; }

    /// <summary>Engines.</summary>
    public required IReadOnlyList<IEngine> Engines { get; init; }

    /// <summary>Input sources.</summary>
    public IReadOnlyList<IInputSource> InputSources { get; init; } = [];

    /// <summary>Places whose data counts as being here.</summary>
    public NearPlaces Near { get; init; } = new([]);

    /// <summary>What is kept of inputs; null for nothing. Stays the caller's.</summary>
    public InputCache? Cache { get; init; }

    /// <summary>Publishers.</summary>
    public IReadOnlyList<IPublisher> Publishers { get; init; } = [];

    /// <summary>Gets the way to the orchestrator that a publisher needs; null if none does.</summary>
    public ResultAddresses? ResultAddresses { get; init; }

    /// <summary>What the node says of itself, but for engines, inputs and publishers, which it finds out.</summary>
    public required NodeFacts Facts { get; init; }

    /// <summary>Which of the node's environment variables jobs may read.</summary>
    public HostVariables HostVariables { get; init; } = HostVariables.None;

    /// <summary>The GPUs that jobs get; the capacity in <see cref="Facts"/> counts these.</summary>
    public ImmutableArray<GpuDevice> Gpus { get; init; } = [];

    /// <summary>Which jobs the node takes; whether they may use its own network stands in <see cref="Facts"/>.</summary>
    public AdmissionPolicy Admission { get; init; } = new();

    /// <summary>Who else is asked whether it takes a job. Stay the caller's.</summary>
    public IReadOnlyList<IAdmissionProbe> Probes { get; init; } = [];

    /// <summary>What becomes of running executions when the node stops.</summary>
    public OnStop OnStop { get; init; }

    /// <summary>Time after which a stop no longer waits for executions to end.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Time between two looks at which engines, inputs and publishers work.</summary>
    public TimeSpan FactsInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Limits of running executions.</summary>
    public RunnerLimits Limits { get; init; } = new();

    /// <summary>The clock, as <see cref="BootClock"/>.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where the process's id comes from.</summary>
    public required IIdSource Ids { get; init; }

    /// <summary>Where logs go.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
