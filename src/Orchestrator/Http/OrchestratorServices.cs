using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>What the orchestrator's endpoints work with.</summary>
public sealed record OrchestratorServices
{
    /// <summary>What the agent endpoints show.</summary>
    public required AgentServices Agent { get; init; }

    /// <summary>What clients do with jobs.</summary>
    public required JobService Jobs { get; init; }

    /// <summary>What is stored.</summary>
    public required JobQueries Queries { get; init; }

    /// <summary>The state of the cluster.</summary>
    public required StateWriter State { get; init; }

    /// <summary>Reads logs and results from nodes.</summary>
    public required NodeGateway Nodes { get; init; }

    /// <summary>How far executions are that prepare or publish.</summary>
    public required ReportedProgress Progress { get; init; }

    /// <summary>What nodes keep of inputs.</summary>
    public ReportedCaches Caches { get; init; } = new();

    /// <summary>How clients come by published results.</summary>
    public ResultOptions Results { get; init; } = new();

    /// <summary>Limits and times of planning, by which it is said why a job waits.</summary>
    public PlannerOptions Planner { get; init; } = new();

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Makes the loggers.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
