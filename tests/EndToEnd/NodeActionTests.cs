using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What operators do to nodes, with real processes: what a shut-out node runs is stopped there, whether it hears of it at once or is away.</summary>
public sealed class NodeActionTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Rejected_node_stops_what_it_runs_and_comes_back_when_it_is_approved()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var job = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        var name = (string)(await orchestrator.Api.RunningExecutionAsync(job))["NodeID"]!;
        await RunsAsync(node, something: true);

        await orchestrator.Api.ActAsync(name, "reject");
        await RunsAsync(node, something: false);

        await orchestrator.Api.ActAsync(name, "approve");
        await orchestrator.Api.WaitForNodesAsync(1);
        await RunsAsync(node, something: true);
    }

    [Fact]
    public async Task Deleted_node_stops_what_it_runs_and_ends_and_joins_again_when_it_is_started()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var job = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        var name = (string)(await orchestrator.Api.RunningExecutionAsync(job))["NodeID"]!;

        await orchestrator.Api.ActAsync(name, "delete");
        Assert.NotEqual(0, await node.EndAsync());
        Assert.Contains("was deleted by an operator", node.Output, StringComparison.Ordinal);

        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.Equal(name, (string)(await orchestrator.Api.RunningExecutionAsync(job))["NodeID"]!);
    }

    public void Dispose() => cluster.Dispose();

    private static Task RunsAsync(Node node, bool something) => Eventually.HoldsAsync(
        something ? "a program at work" : "no program at work", () => Processes.Below(node.Id, "bacalhau-worker").Count > 0 == something);
}
