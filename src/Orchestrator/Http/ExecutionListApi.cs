using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The list of a job's executions (spec: http-api.md §5.7), page by page as jobs are.</summary>
internal sealed class ExecutionListApi(JobQueries queries, JobFinder finder, ReportedProgress progress, Func<ClusterSnapshot> current)
{
    /// <summary>Most executions in one answer; a client that asks for all of more gets a token.</summary>
    private const int MaxExecutions = 10_000;

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapApi("GET", JobApi.Jobs + "/{id}/executions", ListAsync);

    /// <summary>The first executions of a version of a job.</summary>
    /// <param name="job">The job at that version.</param>
    /// <param name="withLive">Whether those of other versions are shown that have not ended.</param>
    public ExecutionListView FirstPage(StoredJob job, bool withLive) => PageOf(job, job.Version, withLive, new PagingToken("", false, 0, ""));

    private Task ListAsync(HttpContext context)
    {
        var query = new RequestQuery(context);
        var space = query.Text("namespace");
        var asked = query.Version("job_version");
        var isAllVersions = query.Flag("all_job_versions");
        var paging = PagingToken.Of(query);
        paging = IsByChange(paging) ? paging : paging with { OrderBy = "" };
        var job = finder.Find(ApiRoutes.Id(context), space);
        var version = asked > 0 ? asked : isAllVersions ? 0 : job.Version;
        var isNothing = version > job.Version || (space.Length > 0 && space != job.Namespace);
        var listed = isNothing ? new ExecutionListView("", []) : PageOf(job, (int)version, withLive: asked == 0, paging);
        return ApiAnswer.WriteAsync(context, listed, ApiJson.Wire.ExecutionListView);
    }

    /// <summary>Any other order is the default one, and is not in the token for the next page.</summary>
    private static bool IsByChange(PagingToken paging) => paging.OrderBy is "modify_time" or "modified_at";

    private ExecutionListView PageOf(StoredJob job, int version, bool withLive, PagingToken paging)
    {
        var page = queries.Executions(new ExecutionListQuery
        {
            Job = job.Key,
            Version = version,
            WithLive = withLive,
            ByChange = IsByChange(paging),
            NewestFirst = paging.IsReversed,
            Limit = paging.LimitUpTo(MaxExecutions),
            After = paging.After,
        });
        var documents = new Dictionary<int, JsonElement>();
        ImmutableArray<ExecutionView> items =
        [
            .. page.Items.Select(stored =>
                StoredViews.Of(WithHindrance(stored), job, DocumentOf(stored.Execution.JobVersion), progress.Find(stored.Execution))),
        ];
        return new ExecutionListView(paging.Next(page.Next), items);

        JsonElement DocumentOf(int version) => documents.TryGetValue(version, out var known)
            ? known
            : documents[version] = StoredViews.AsSubmitted(queries.Version(job, version) ?? job);
    }

    /// <summary>An execution that its node has not taken in yet tells why, if the node has said so.</summary>
    private StoredExecution WithHindrance(StoredExecution stored)
    {
        var now = current();
        return now.Executions.GetValueOrDefault(stored.Execution.Id) is { IsEnded: false, AckedRevision: 0, IsKnownToNode: false } waiting
            && now.Nodes.GetValueOrDefault(waiting.Node)?.Unwell is { Length: > 0 } trouble
            ? stored with { Execution = stored.Execution with { Message = trouble } }
            : stored;
    }
}
