using Bacalhau.Core;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// The endpoints about one job, and submitting (spec: http-api.md §5). Lists are in <see cref="JobListApi"/>, <see cref="ExecutionListApi"/> and
/// <see cref="HistoryApi"/>.
/// </summary>
internal sealed class JobApi(JobService jobs, JobQueries queries, JobFinder finder, ExecutionListApi executions, Func<JobId, string> remark)
{
    /// <summary>Path of all jobs.</summary>
    public const string Jobs = ApiRoutes.Root + "/orchestrator/jobs";

    /// <summary>Events that come with a job.</summary>
    private const int IncludedEvents = 100;

    /// <summary>Adds the endpoints.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapApi("PUT", Jobs, SubmitAsync);
        routes.MapApi("POST", Jobs, SubmitAsync);
        routes.MapApi("PUT", Jobs + "/diff", DiffAsync);
        routes.MapApi("PUT", Jobs + "/{id}/rerun", RerunAsync);
        routes.MapApi("GET", Jobs + "/{id}", GetAsync);
        routes.MapApi("DELETE", Jobs + "/{id}", StopAsync);
        routes.MapApi("PUT", Jobs + "/{id}/delete", DeleteAsync);
        routes.MapApi("GET", Jobs + "/{id}/versions", ListVersionsAsync);
    }

    private async Task SubmitAsync(HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.PutJobRequest);
        var submit = new JobSubmitRequest
        {
            Document = request?.Job,
            Token = request?.IdempotencyToken ?? "",
            Force = request?.Force ?? false,
            ClientInstallation = context.Request.Headers["X-Bacalhau-InstallationID"].ToString(),
            ClientInstance = context.Request.Headers["X-Bacalhau-InstanceID"].ToString(),
        };
        var answer = await jobs.SubmitAsync(submit, context.RequestAborted);
        await ApiAnswer.WriteAsync(context, answer, ApiJson.Wire.PutJobResponse);
    }

    private async Task DiffAsync(HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.DiffJobRequest);
        await ApiAnswer.WriteAsync(context, jobs.Diff(new JobSubmitRequest { Document = request?.Job }, queries), ApiJson.Wire.DiffJobResponse);
    }

    private async Task RerunAsync(HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.RerunJobRequest);
        var job = finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace"));
        var answer = await jobs.RerunAsync(job.Id, request?.JobVersion ?? 0, context.RequestAborted);
        await ApiAnswer.WriteAsync(context, answer, ApiJson.Wire.RerunJobResponse);
    }

    private async Task StopAsync(HttpContext context)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Wire.StopJobRequest);
        var query = new RequestQuery(context);
        var reason = request?.Reason is { Length: > 0 } given ? given : query.Text("reason");
        var job = finder.Find(ApiRoutes.Id(context), query.Text("namespace"));
        var change = await jobs.StopAsync(job.Id, reason == "None" ? "" : reason, context.RequestAborted);
        await ApiAnswer.WriteAsync(context, new StopJobResponse(change), ApiJson.Wire.StopJobResponse);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        await jobs.DeleteAsync(finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace")).Id, context.RequestAborted);
        await ApiAnswer.WriteAsync(context, new DeleteJobResponse(true), ApiJson.Wire.DeleteJobResponse);
    }

    private Task GetAsync(HttpContext context)
    {
        var query = new RequestQuery(context);
        var version = query.Version("job_version");
        var latest = finder.Find(ApiRoutes.Id(context), query.Text("namespace"));
        var job = version == 0 ? latest : VersionOf(latest, version)
            ?? throw new ApiProblemException(new ApiProblem(404, "NotFound", "JobStore", $"job {latest.Id} has no version {version}"));
        var included = query.Text("include").Split(',', StringSplitOptions.TrimEntries);
        var history = included.Contains("history") ? new HistoryListView("", HistoryApi.Show(queries.History(HistoryOf(job)), job, context)) : null;
        var runs = included.Contains("executions") ? executions.FirstPage(job, withLive: version == 0) : null;
        return ApiAnswer.WriteAsync(context, new GetJobResponse(StoredViews.Of(WithRemark(job, latest)), history, runs), ApiJson.Wire.GetJobResponse);
    }

    /// <summary>A job of which something waits or is being replaced says so, as the cluster stands now.</summary>
    private StoredJob WithRemark(StoredJob job, StoredJob latest) =>
        job.Version == latest.Version && remark(job.Id) is { Length: > 0 } remarked ? job with { Message = remarked } : job;

    private Task ListVersionsAsync(HttpContext context)
    {
        var job = finder.Find(ApiRoutes.Id(context), new RequestQuery(context).Text("namespace"));
        return ApiAnswer.WriteAsync(context, new JobListView("", [.. queries.Versions(job).Select(StoredViews.Of)]), ApiJson.Wire.JobListView);
    }

    private static HistoryQuery HistoryOf(StoredJob job) => new() { Job = job.Key, Version = job.Version, Limit = IncludedEvents };

    private StoredJob? VersionOf(StoredJob latest, long version) => version > latest.Version ? null : queries.Version(latest, (int)version);
}
