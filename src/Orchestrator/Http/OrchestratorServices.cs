namespace Bacalhau.Orchestrator.Http;

/// <summary>What the orchestrator's endpoints work with.</summary>
public sealed record OrchestratorServices
{
    /// <summary>What the agent endpoints show.</summary>
    public required AgentServices Agent { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }
}
