using Bacalhau.Core;
using Bacalhau.Core.Scheduling;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.State;

/// <summary>What a <see cref="StateWriter"/> works with.</summary>
public sealed record StateWriterOptions
{
    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where ids come from.</summary>
    public required IIdSource Ids { get; init; }

    /// <summary>Derives what a job's executions need from its stored spec.</summary>
    internal ReadDemand ReadDemand { get; init; } = spec => JobDemands.From(SpecDocument.Of(spec).Read());

    /// <summary>A transaction takes no further request once it holds this many executions, or this many requests.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Most requests that wait; further ones are refused.</summary>
    public int QueueLength { get; init; } = 65_536;

    /// <summary>Wraps the step that commits: it is given the commit and calls it.</summary>
    internal Action<Action> Commit { get; init; } = commit => commit();
}
