using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;

namespace Bacalhau.Orchestrator;

/// <summary>How an orchestrator works.</summary>
public sealed record OrchestratorOptions
{
    /// <summary>How jobs are taken in.</summary>
    public required JobServiceOptions Jobs { get; init; }

    /// <summary>How nodes are spoken with.</summary>
    public MessagingOptions Messaging { get; init; } = new();

    /// <summary>Limits of planning.</summary>
    public PlannerOptions Planner { get; init; } = new();
}
