using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Orchestrator.Tests.Http;

public sealed class NodeActionTests
{
    private const string Node = "/api/v1/orchestrator/nodes/n-1";

    [Fact]
    public async Task Drain_is_shown_until_it_is_ended()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(cluster, """{"Action":"drain","Deadline":600,"Message":"new disk"}""")).Status);

        var drain = cluster.Writer.Current.Nodes[new NodeId("n-1")].Drain!;
        Assert.Equal(TimeSpan.FromMinutes(10), drain.Deadline - drain.Since);
        var shown = (await NodeAsync(cluster))["Drain"]!;
        Assert.Equal((drain.Since, drain.Deadline), (DateTimeOffset.Parse((string)shown["Since"]!, null), DateTimeOffset.Parse((string)shown["Deadline"]!, null)));

        await ActAsync(cluster, """{"Action":"drain"}""");
        Assert.Null((await NodeAsync(cluster))["Drain"]!["Deadline"]);
        Assert.Equal(HttpStatusCode.OK, (await ActAsync(cluster, """{"Action":"undrain"}""")).Status);
        Assert.Null((await NodeAsync(cluster))["Drain"]);
        var (status, problem) = await ActAsync(cluster, """{"Action":"undrain"}""");
        Assert.Equal((HttpStatusCode.Conflict, "ConflictNodeState"), (status, (string?)problem["Code"]));
    }

    [Theory]
    [InlineData("""{"Action":"drain","Deadline":-1}""")]
    [InlineData("""{"Action":"drain","Deadline":1e300}""")]
    public async Task Drain_with_a_deadline_that_is_none_is_refused(string body)
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");

        Assert.Equal(HttpStatusCode.BadRequest, (await ActAsync(cluster, body)).Status);
        Assert.Null(cluster.Writer.Current.Nodes[new NodeId("n-1")].Drain);
    }

    [Theory]
    [InlineData("reject")]
    [InlineData("delete")]
    public async Task Node_leaves_when_it_has_stopped_what_it_runs(string action)
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("one", "default", "{}");
        var placed = await scenes.PlaceAsync(job);

        var answer = ActAsync(cluster, $$"""{"Action":"{{action}}"}""");
        await Eventually(() => cluster.Writer.Current.Executions[placed.Id].Ask == Ask.Stop);
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        Assert.False(answer.IsCompleted);
        Assert.Equal(NodeMembership.Approved, cluster.Writer.Current.Nodes[new NodeId("n-1")].Membership);
        await cluster.RunAsync(context => ExecutionReports.Take(
            context.Draft, placed.Node, new Observation { Execution = placed.Id, ReportRevision = 9, Outcome = ObservedOutcome.Stopped }, context.Now));

        Assert.Equal(HttpStatusCode.OK, (await answer.WaitAsync(TimeSpan.FromSeconds(5))).Status);
        Assert.NotEqual(NodeMembership.Approved, cluster.Writer.Current.Nodes.GetValueOrDefault(new NodeId("n-1"))?.Membership);
    }

    [Fact]
    public async Task Node_is_to_leave_also_when_whoever_asked_is_gone()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var placed = await scenes.PlaceAsync(await scenes.SubmitAsync("one", "default", "{}"));
        using var patience = new CancellationTokenSource();
        using var content = new StringContent("""{"Action":"reject"}""", Encoding.UTF8, "application/json");
        var answer = cluster.Client.PutAsync(Node, content, patience.Token);
        await Eventually(() => cluster.Writer.Current.Executions[placed.Id].Ask == Ask.Stop);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);

        await Task.Delay(TimeSpan.FromMilliseconds(200));
        var node = cluster.Writer.Current.Nodes[new NodeId("n-1")];
        Assert.Equal((NodeMembership.Approved, NodeLeaving.Rejected), (node.Membership, node.Exit!.How));
        Assert.True(cluster.Writer.Current.Executions[placed.Id].HoldsPartition);
    }

    [Fact]
    public async Task Work_of_a_node_that_is_deleted_goes_to_another()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        var scenes = new Scenes(cluster);
        var job = await scenes.SubmitAsync("one", "default", "{}");
        await scenes.PlaceAsync(job);
        await cluster.RunAsync(context =>
        {
            context.Draft.Put(context.Draft.Node(new NodeId("n-1"))! with { Connection = NodeConnection.Disconnected });
            return true;
        });
        await ActAsync(cluster, """{"Action":"delete"}""");
        await cluster.JoinAsync("n-2");
        await cluster.RunAsync(context =>
        {
            var live = context.Draft.Job(job)!;
            context.Draft.Put(live with { Retries = live.Retries.SetItem(0, live.Retries[0] with { NotBefore = context.Now }) });
            return true;
        });

        Assert.Equal(new NodeId("n-2"), (await scenes.PlaceAsync(job)).Node);
        Assert.Equal(HttpStatusCode.NotFound, (await ActAsync(cluster, """{"Action":"delete"}""")).Status);
    }

    [Fact]
    public async Task Why_a_node_was_rejected_is_shown()
    {
        await using var cluster = await ApiCluster.StartAsync();
        await cluster.JoinAsync("n-1");
        await ActAsync(cluster, """{"Action":"reject","Message":"wrong rack"}""");

        var shown = await NodeAsync(cluster);
        Assert.Equal(("REJECTED", "node rejected: wrong rack"), ((string?)shown["Membership"], (string?)shown["ConnectionState"]!["LastError"]));
        Assert.Equal(NodeConnection.Disconnected, cluster.Writer.Current.Nodes[new NodeId("n-1")].Connection);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> ActAsync(ApiCluster cluster, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await cluster.Client.PutAsync(Node, content);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private static async Task Eventually(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    private static async Task<JsonNode> NodeAsync(ApiCluster cluster) => JsonNode.Parse(await cluster.Client.GetStringAsync(Node))!["Node"]!;
}
