using Bacalhau.Core;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Relays a result that lies on its node to clients that cannot reach the node.</summary>
internal sealed class ResultApi(JobFinder finder, JobQueries queries, NodeGateway nodes)
{
    private const string Component = "Results";

    /// <summary>Largest result that is relayed, in bytes; larger ones are fetched from the node.</summary>
    private const long MaxBytes = 4L << 30;

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapApi("GET", JobApi.Jobs + "/{id}/results/{execution}", RelayAsync, isLongLived: true);

    private async Task RelayAsync(HttpContext context)
    {
        var job = finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace"));
        var id = new ExecutionId(ApiRoutes.Id(context, "execution"));
        var stored = queries.Execution(id);
        if (stored is null || stored.JobKey != job.Key)
        {
            throw new ApiProblemException(JobProblems.NoExecution(id.Value));
        }

        var node = stored.Execution.Node;
        var cancellation = context.RequestAborted;
        for (long offset = 0; ;)
        {
            var piece = await nodes.ReadResultAsync(node, id, offset, cancellation) ?? throw Unreachable(node, id);
            if (piece.Refused.Length > 0)
            {
                throw new ApiProblemException(new ApiProblem(404, "NotFound", Component, $"node {node} does not give the result of execution {id}: {piece.Refused}"));
            }

            if (offset == 0)
            {
                Begin(context, id, piece.Total);
            }

            await context.Response.BodyWriter.WriteAsync(piece.Bytes, cancellation);
            if (piece.IsEnd)
            {
                return;
            }

            // A piece without bytes that is not the last would be asked for without end.
            offset = piece.Next > offset ? piece.Next : throw Unreachable(node, id);
        }
    }

    private static void Begin(HttpContext context, ExecutionId id, long total)
    {
        if (total > MaxBytes)
        {
            throw new ApiProblemException(new ApiProblem(
                413, "ResourceExhausted", Component, $"the result of execution {id} has {total} bytes; at most {MaxBytes} are relayed", "Fetch it from its node."));
        }

        context.Response.ContentType = "application/gzip";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.tar.gz\"";
        context.Response.ContentLength = total >= 0 ? total : null;
    }

    private static ApiProblemException Unreachable(NodeId node, ExecutionId id) => new(new ApiProblem(
        503, "NetworkFailure", Component, $"node {node}, which has the result of execution {id}, cannot be reached now", "Try again when the node is back."));
}
