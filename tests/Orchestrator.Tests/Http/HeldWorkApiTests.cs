using System.Text;
using System.Text.Json.Nodes;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;

namespace Bacalhau.Orchestrator.Tests.Http;

public sealed class HeldWorkApiTests
{
    private const string Node = "/api/v1/orchestrator/nodes/n-1";

    [Fact]
    public async Task What_a_node_holds_is_shown_after_all_else_and_stopped_when_asked()
    {
        await using var cluster = await ApiCluster.StartAsync();
        var node = await cluster.JoinAsync("n-1");
        Assert.Null((await NodeAsync(cluster))["Held"]);
        var since = node.LastSeenAt;
        await cluster.RunAsync(context =>
        {
            var held = new Stranger(new JobId("j-1"), StrangerWish.Hold, 1, IsAcked: true, since);
            context.Draft.Put(context.Draft.Node(node.Id)! with { HoldsStrangers = true, Strangers = node.Strangers.Add(new ExecutionId("e-1"), held) });
            return true;
        });

        var shown = await NodeAsync(cluster);
        Assert.Equal("Held", shown.AsObject().Last().Key);
        Assert.Equal(("e-1", "j-1"), ((string)shown["Held"]![0]!["ExecutionID"]!, (string)shown["Held"]![0]!["JobID"]!));

        using var body = new StringContent("""{"Action":"stop-held"}""", Encoding.UTF8, "application/json");
        using var answer = await cluster.Client.PutAsync(Node, body);
        Assert.True((bool)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["Success"]!);
        Assert.Null((await NodeAsync(cluster))["Held"]);
        Assert.Equal(StrangerWish.Stop, Assert.Single(cluster.Writer.Current.Nodes[node.Id].Strangers).Value.Wish);
        Assert.False(cluster.Writer.Current.Nodes[node.Id].HoldsStrangers);
    }

    private static async Task<JsonNode> NodeAsync(ApiCluster cluster) => JsonNode.Parse(await cluster.Client.GetStringAsync(Node))!["Node"]!;
}
