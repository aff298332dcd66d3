using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// The history of a job (spec: http-api.md §5.8). Waiting clients ask again and again with the token of the last answer, which is empty only when
/// nothing more can come.
/// </summary>
internal sealed class HistoryApi(JobQueries queries, JobFinder finder)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 10_000;

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapApi("GET", JobApi.Jobs + "/{id}/history", ListAsync);

    /// <summary>The events of a page as this client reads them.</summary>
    public static ImmutableArray<HistoryEventView> Show(HistoryPage page, StoredJob job, HttpContext context)
    {
        var client = context.Request.Headers["X-Bacalhau-Git-Version"].ToString();
        var isOld = client.Length > 0 && string.CompareOrdinal(client, "v1.5.") < 0;
        return [.. page.Events.Select(stored => StoredViews.Of(stored, job, isOld))];
    }

    private Task ListAsync(HttpContext context)
    {
        var query = new RequestQuery(context);
        var asked = Read(query);
        var version = query.Version("job_version");
        var isAllVersions = query.Flag("all_job_versions") && version == 0;
        var limit = query.Count("limit");
        var job = finder.Find(ApiRoutes.Id(context), query.Text("namespace"));
        var token = ReadToken(query);
        var isOver = IsOver(job, asked.Execution);
        var page = version > int.MaxValue ? new HistoryPage([], false, 0) : queries.History(asked with
        {
            Job = job.Key,
            Version = isAllVersions ? 0 : version > 0 ? (int)version : job.Version,
            From = token?.Number ?? 0,
            Limit = Math.Min(MaxLimit, limit > 0 ? limit : token is { Limit: > 0 } given ? given.Limit : DefaultLimit),
        });
        var next = page.HasMore || !isOver ? new PagingToken("", false, limit, $"{Math.Max(page.Next, 1)}").ToString() : "";
        return ApiAnswer.WriteAsync(context, new HistoryListView(next, Show(page, job, context)), ApiJson.Wire.HistoryListView);
    }

    /// <summary>Whether nothing more can come; looked at before the events are, so that none is missed.</summary>
    private bool IsOver(StoredJob job, ExecutionId? execution)
    {
        if (execution is not { } id)
        {
            return job.State.IsTerminal();
        }

        var stored = queries.Execution(id);
        return stored is not null && stored.JobKey == job.Key
            ? stored.Execution.IsEnded
            : throw new ApiProblemException(JobProblems.NoExecution(id.Value));
    }

    private static HistoryQuery Read(RequestQuery query)
    {
        var type = query.Text("event_type");
        var since = query.Number("since");
        if (type is not ("" or "all" or "job" or "execution"))
        {
            throw new ApiProblemException(ApiProblem.Invalid($"event_type cannot be \"{type}\"; it is all, job or execution"));
        }

        return since < 0
            ? throw new ApiProblemException(ApiProblem.Invalid($"since cannot be {since}; it is a time in seconds since 1970"))
            : new HistoryQuery
            {
                Job = 0,
                Since = DateTimeOffset.FromUnixTimeSeconds(Math.Min(since, DateTimeOffset.MaxValue.ToUnixTimeSeconds())),
                JobEvents = type != "execution",
                ExecutionEvents = type != "job",
                Execution = query.Text("execution_id") is { Length: > 0 } id ? new ExecutionId(id) : null,
            };
    }

    private static PagingToken? ReadToken(RequestQuery query) =>
        query.Text("next_token") is not { Length: > 0 } text ? null
        : PagingToken.TryParse(text, out var token, out var problem) ? token
        : throw new ApiProblemException(new ApiProblem(400, "BadRequest", "JobStore", problem));
}
