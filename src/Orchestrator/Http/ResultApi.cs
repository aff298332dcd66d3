using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// Where the results of a job lie, with addresses of those in buckets; and relays a result that lies on its node to clients that cannot reach the node.
/// </summary>
internal sealed class ResultApi(JobFinder finder, JobQueries queries, NodeGateway nodes, ResultAddresses addresses)
{
    private const string Component = "Results";

    /// <summary>Largest result that is relayed, in bytes; larger ones are fetched from the node.</summary>
    private const long MaxBytes = 4L << 30;

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("GET", JobApi.Jobs + "/{id}/results", ListAsync);
        routes.MapApi("GET", JobApi.Jobs + "/{id}/results/{execution}", RelayAsync, isLongLived: true);
        routes.MapApi("GET", JobApi.Jobs + "/{id}/results/{execution}/files", ListFilesAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var job = finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace"));
        var views = ImmutableArray.CreateBuilder<PublishedResultView>();
        foreach (var stored in queries.PublishedResults(job.Key, job.Version).Where(stored => stored.Result.Type.Length > 0))
        {
            var shown = await FromStoreAsync(() => addresses.AddressedAsync(job, stored, context.RequestAborted));
            views.Add(StoredViews.Of(stored with { Result = shown }));
        }

        await ApiAnswer.WriteAsync(context, new ResultListView("", views.ToImmutable()), ApiJson.Results.ResultListView, encoder: GoJsonEncoder.Plain);
    }

    private async Task ListFilesAsync(HttpContext context)
    {
        var (job, stored) = Find(context);
        var files = stored.PublishedResult is { } result ? await FromStoreAsync(() => addresses.FilesAsync(job, result, context.RequestAborted)) : null;
        if (files is null)
        {
            throw new ApiProblemException(new ApiProblem(
                404,
                "NotFound",
                Component,
                $"the files of the result of execution {stored.Execution.Id} cannot be listed: it does not lie file by file in a bucket, or the orchestrator has no credentials for that",
                "Look with 'bacalhau job executions' where it lies."));
        }

        await ApiAnswer.WriteAsync(context, new ResultFilesView(files.Value), ApiJson.Results.ResultFilesView, encoder: GoJsonEncoder.Plain);
    }

    private static async Task<T> FromStoreAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (ObjectStoreException exception)
        {
            throw new ApiProblemException(new ApiProblem(500, "ConfigurationError", Component, exception.Message));
        }
    }

    private (StoredJob Job, StoredExecution Stored) Find(HttpContext context)
    {
        var job = finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace"));
        var id = new ExecutionId(ApiRoutes.Id(context, "execution"));
        return queries.Execution(id) is { } stored && stored.JobKey == job.Key ? (job, stored) : throw new ApiProblemException(JobProblems.NoExecution(id.Value));
    }

    private async Task RelayAsync(HttpContext context)
    {
        var (_, stored) = Find(context);
        var (id, node) = (stored.Execution.Id, stored.Execution.Node);
        var part = RelayPart.Of(context.Request, stored.PublishedResult?.Metadata?.ArchiveSha256 ?? "");
        var cancellation = context.RequestAborted;
        for (var offset = part.From; ;)
        {
            var piece = await nodes.ReadResultAsync(node, id, offset, cancellation) ?? throw Unreachable(node, id);
            if (piece.Refused.Length > 0)
            {
                throw new ApiProblemException(new ApiProblem(404, "NotFound", Component, $"node {node} does not give the result of execution {id}: {piece.Refused}"));
            }

            if (offset == part.From && !TryBegin(context, id, part, piece.Total))
            {
                return;
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

    private static bool TryBegin(HttpContext context, ExecutionId id, RelayPart part, long total)
    {
        if (total > MaxBytes)
        {
            throw new ApiProblemException(new ApiProblem(
                413, "ResourceExhausted", Component, $"the result of execution {id} has {total} bytes; at most {MaxBytes} are relayed", "Fetch it from its node."));
        }

        context.Response.ContentType = "application/gzip";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{id}.tar.gz\"";
        return part.TryBegin(context.Response, total);
    }

    private static ApiProblemException Unreachable(NodeId node, ExecutionId id) => new(new ApiProblem(
        503, "NetworkFailure", Component, $"node {node}, which has the result of execution {id}, cannot be reached now", "Try again when the node is back."));
}
