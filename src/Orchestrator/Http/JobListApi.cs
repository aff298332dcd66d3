using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>The list of jobs (spec: http-api.md §5.4), page by page from a place that stays where it is while jobs come and go.</summary>
internal sealed class JobListApi(JobQueries queries)
{
    /// <summary>Most jobs in one answer; a client that asks for all of more gets a token.</summary>
    private const int MaxJobs = 1_000;

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapApi("GET", JobApi.Jobs, ListAsync);

    /// <summary>The selector of the query, joined from all its values.</summary>
    public static ImmutableArray<LabelRequirement> ReadLabels(RequestQuery query) =>
        LabelSelectorText.TryParse(query.Joined("labels"), out var labels, out var reason)
            ? labels
            : throw new ApiProblemException(ApiProblem.Invalid($"the label selector cannot be read: {reason}"));

    private Task ListAsync(HttpContext context)
    {
        var query = new RequestQuery(context);
        var paging = PagingToken.Of(query);
        var space = query.Text("namespace");
        var page = queries.Jobs(new JobListQuery
        {
            Namespace = space is "" or "*" ? null : space,
            Labels = ReadLabels(query),
            ByChange = paging.OrderBy switch
            {
                "" or "created_at" => false,
                "modified_at" => true,
                var other => throw new ApiProblemException(ApiProblem.Invalid($"jobs cannot be ordered by \"{other}\"; it is created_at or modified_at")),
            },
            NewestFirst = paging.IsReversed,
            Limit = paging.LimitUpTo(MaxJobs),
            After = paging.After,
        });
        return ApiAnswer.WriteAsync(context, new JobListView(paging.Next(page.Next), [.. page.Items.Select(StoredViews.Of)]), ApiJson.Wire.JobListView);
    }
}
