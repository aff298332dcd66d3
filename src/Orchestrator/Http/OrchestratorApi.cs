using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>All endpoints of an orchestrator, those of <see cref="AgentApi"/> among them.</summary>
public static class OrchestratorApi
{
    /// <summary>Adds the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes, OrchestratorServices services)
    {
        AgentApi.Map(routes, services.Agent);
        AuthApi.Map(routes, new ClientKeyChallenge(services.Agent.NodeId, services.Clock));
    }
}
