using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What operators do to nodes, with real processes: what a shut-out node runs is stopped there.</summary>
public sealed class NodeActionTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Rejected_node_stops_what_it_runs_and_comes_back_when_it_is_approved()
    {
        var (orchestrator, node, name) = await StartAtWorkAsync();

        await orchestrator.Api.ActAsync(name, "reject");
        await Eventually.HoldsAsync("the stop", () => node.Output.Contains("1 executions were stopped", StringComparison.Ordinal));

        await orchestrator.Api.ActAsync(name, "approve");
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)))));
    }

    [Fact]
    public async Task Deleted_node_stops_what_it_runs_and_ends_and_joins_again_when_it_is_started()
    {
        var (orchestrator, node, name) = await StartAtWorkAsync();

        await orchestrator.Api.ActAsync(name, "delete");
        Assert.NotEqual(0, await node.EndAsync());
        Assert.Contains("1 executions were stopped", node.Output, StringComparison.Ordinal);
        Assert.Contains("was deleted by an operator", node.Output, StringComparison.Ordinal);

        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)))));
    }

    public void Dispose() => cluster.Dispose();

    private async Task<(Node Orchestrator, Node Node, string Name)> StartAtWorkAsync()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var job = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        return (orchestrator, node, (string)(await orchestrator.Api.RunningExecutionAsync(job))["NodeID"]!);
    }
}
