using Bacalhau.Core;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Nodes;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>All endpoints of an orchestrator, those of <see cref="AgentApi"/> among them.</summary>
public static class OrchestratorApi
{
    /// <summary>Adds the endpoints.</summary>
    public static void Map(IEndpointRouteBuilder routes, OrchestratorServices services)
    {
        var finder = new JobFinder(services.Queries);
        var log = new ExecutionLog(services.Nodes, services.Queries, () => services.State.Current, services.Clock);
        var logs = new JobLogs(finder, services.Queries, log, services.Clock);

        AgentApi.Map(routes, services.Agent with { KnownNodes = services.Agent.KnownNodes ?? KnownNodes });
        OpenApiDocument.Map(routes);
        AuthApi.Map(routes, new ClientKeyChallenge(services.Agent.NodeId, services.Clock));
        var executions = new ExecutionListApi(services.Queries, finder, services.Progress, () => services.State.Current);
        executions.Map(routes);
        new JobApi(services.Jobs, services.Queries, finder, executions, Remark).Map(routes);
        new JobListApi(services.Queries).Map(routes);
        new HistoryApi(services.Queries, finder).Map(routes);
        new LogApi(logs, services.Loggers.CreateLogger<LogApi>()).Map(routes);
        new ResultApi(finder, services.Queries, services.Nodes, new ResultAddresses(services.Results)).Map(routes);
        var departure = new NodeDeparture(services.State, services.Clock);
        new NodeApi(services.State, services.Caches, new NodeActions(services.State, departure, services.Loggers.CreateLogger<NodeActions>())).Map(routes);

        string Remark(JobId job)
        {
            var (snapshot, now) = (services.State.Current, services.Clock.GetUtcNow());
            var waiting = WaitingReason.Find(snapshot, job, now, services.Planner);
            return RolloutProgress.Find(snapshot, job, now, services.Planner) is not { Length: > 0 } rollout ? waiting : waiting.Length == 0 ? rollout : $"{rollout}\n{waiting}";
        }

        IEnumerable<NodeStateView> KnownNodes()
        {
            var snapshot = services.State.Current;
            return snapshot.Nodes.Values.Select(node => NodeStates.ViewOf(node, snapshot, services.Caches.Find(node.Id)));
        }
    }
}
