using System.Text.Json.Nodes;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>A node that takes nothing new says why, and people see it.</summary>
public sealed class NodeTroubleTests
{
    private const string Trouble = "the disk of the node is full";

    [Fact]
    public async Task Node_and_execution_that_it_has_not_taken_in_show_why()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var node = await cluster.JoinAsync("n-1");
        var job = await new Scenes(cluster).SubmitAsync("waiting", "default", "{}");
        await cluster.PlanAsync();

        await cluster.RunAsync(context => NodeSessions.Heed(context.Draft, node.Id, node.Session!.Value, null, Trouble, context.Now));

        Assert.Equal(Trouble, await MessageAsync(cluster, job.Value));
        var shown = await GetAsync(cluster, "nodes/n-1");
        Assert.Equal((Trouble, "CONNECTED"), ((string?)shown["Node"]!["ConnectionState"]!["LastError"], (string?)shown["Node"]!["Connection"]));

        await cluster.ReportAsync(cluster.ExecutionsOf(job)[0].Id, ObservedOutcome.Running);
        Assert.NotEqual(Trouble, await MessageAsync(cluster, job.Value));
    }

    private static async Task<string?> MessageAsync(ApiCluster cluster, string job) =>
        (string?)(await GetAsync(cluster, $"jobs/{job}/executions"))["Items"]![0]!["ComputeState"]!["Message"];

    private static async Task<JsonNode> GetAsync(ApiCluster cluster, string path) =>
        JsonNode.Parse(await cluster.Client.GetStringAsync(new Uri("/api/v1/orchestrator/" + path, UriKind.Relative)))!;
}
