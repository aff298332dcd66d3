using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.Tests.Http;

namespace Bacalhau.Orchestrator.Tests.Results;

/// <summary>Jobs that have ended with a result.</summary>
internal static class PublishedJobs
{
    /// <summary>An API over a node that has all publishers.</summary>
    public static async Task<ApiCluster> StartAsync(ResultOptions results)
    {
        var cluster = await ApiCluster.StartAsync(results: results);
        await cluster.JoinAsync("n-1");
        await cluster.RunAsync(context =>
        {
            var node = context.Draft.Node(new NodeId("n-1"))!;
            context.Draft.Put(node with { Facts = node.Facts with { Publishers = ["s3", "s3managed", "local"] } });
            return true;
        });
        return cluster;
    }

    /// <summary>A job whose publisher writes to <c>pub</c>, below <c>t/</c> or <c>q/</c>, has ended with a result.</summary>
    public static async Task<(string Job, string Execution)> CompleteAsync(ApiCluster cluster, PublishedResult result, string publisher = "s3", string? parameters = null)
    {
        var begin = result.Params.TryGetValue("Key", out var key) && key.GetString()!.StartsWith('q') ? "q" : "t";
        parameters ??= $$"""{"Bucket":"pub","Key":"{{begin}}/{executionID}","Endpoint":"http://s3:9000"}""";
        var document = JsonElement.Parse($$$"""
            {"Type":"batch","Count":1,"Tasks":[{"Name":"main","Engine":{"Type":"docker","Params":{"Image":"busybox:1.36"}},
            "Publisher":{"Type":"{{{publisher}}}","Params":{{{parameters}}}},"Resources":{"CPU":"10m","Memory":"1Mb"}}]}
            """);
        var job = new JobId((await cluster.Jobs.SubmitAsync(new JobSubmitRequest { Document = document }, CancellationToken.None)).JobID);
        await cluster.PlanAsync();
        var execution = cluster.ExecutionsOf(job).Single();
        await cluster.ReportAsync(execution.Id, ObservedOutcome.Completed, seen => seen with { PublishedResult = result });
        return (job.Value, execution.Id.Value);
    }
}
