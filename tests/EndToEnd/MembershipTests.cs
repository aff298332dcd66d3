using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>Who may be a node, and what keeps a node from starting.</summary>
public sealed class MembershipTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Partitions_spread_over_the_nodes_that_have_room()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        await cluster.StartComputeAsync("one");
        await cluster.StartComputeAsync("two");
        await orchestrator.Api.WaitForNodesAsync(2);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 4).WithResources(cpu: "2"));
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(id)));
        Assert.Equal(2, (await orchestrator.Api.ExecutionsAsync(id)).Select(execution => (string?)execution["NodeID"]).Distinct().Count());
    }

    [Fact]
    public async Task Node_joins_with_the_token_only()
    {
        var orchestrator = await cluster.StartOrchestratorAsync("Orchestrator.Auth.Token=open sesame");
        var stranger = cluster.Begin("stranger", ["--compute"], "Compute.Auth.Token=guess");
        await cluster.StartComputeAsync("friend", "Compute.Auth.Token=open sesame");
        await orchestrator.Api.WaitForNodesAsync(1);
        await stranger.ReadyAsync();
        await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep)));
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.DoesNotContain("open sesame", orchestrator.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copied_data_directory_is_refused_and_harms_nothing()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        Copy(cluster.DataOf("one"), cluster.DataOf("copy"));

        var copy = cluster.Begin("copy", ["--compute"]);
        Assert.NotEqual(0, await copy.EndAsync());

        Assert.Contains("in use", copy.Output, StringComparison.Ordinal);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello, count: 3));
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(id)));
        Assert.Equal(3, (await orchestrator.Api.ExecutionsAsync(id)).Count);
    }

    [Fact]
    public async Task Second_process_on_one_data_directory_is_refused()
    {
        await cluster.StartHybridAsync();
        var second = cluster.Begin("hybrid", ["--orchestrator", "--compute"]);
        Assert.NotEqual(0, await second.EndAsync());
        Assert.Contains(cluster.DataOf("hybrid"), second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_message_server_is_told_with_the_fix()
    {
        var node = cluster.Begin("hybrid", ["--orchestrator"], "Orchestrator.Nats.ServerPath=/nowhere/nats-server");
        Assert.NotEqual(0, await node.EndAsync());
        Assert.Contains("/nowhere/nats-server", node.Output, StringComparison.Ordinal);
        Assert.Contains("nats-server", node.Output[node.Output.IndexOf("nowhere", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    public void Dispose() => cluster.Dispose();

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.GetFiles(from).Where(file => Path.GetExtension(file) != ".lock"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
