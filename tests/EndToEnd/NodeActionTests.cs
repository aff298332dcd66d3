using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What operators do to nodes, with real processes: what a shut-out node runs is stopped there.</summary>
public sealed class NodeActionTests : IDisposable
{
    private const int Cancelled = 11;
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Rejected_node_stops_what_it_runs_and_comes_back_when_it_is_approved()
    {
        var (orchestrator, _, name, job) = await StartAtWorkAsync();

        await orchestrator.Api.ActAsync(name, "reject");
        await AssertStoppedAsync(orchestrator, name, job);

        await orchestrator.Api.ActAsync(name, "approve");
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)))));
    }

    [Fact]
    public async Task Deleted_node_stops_what_it_runs_and_ends_and_joins_again_when_it_is_started()
    {
        var (orchestrator, node, name, job) = await StartAtWorkAsync();

        await orchestrator.Api.ActAsync(name, "delete");
        await AssertStoppedAsync(orchestrator, name, job);
        Assert.NotEqual(0, await node.EndAsync());
        Assert.Contains("was deleted by an operator", node.Output, StringComparison.Ordinal);

        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        Assert.Equal("Completed", Api.StateOf(await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)))));
    }

    public void Dispose() => cluster.Dispose();

    /// <summary>That it was answered means that the program has ended: its node has said so, and nothing of it was given up.</summary>
    private static async Task AssertStoppedAsync(Node orchestrator, string name, string job)
    {
        var execution = Assert.Single(await orchestrator.Api.ExecutionsAsync(job), execution => (string?)execution["NodeID"] == name);
        Assert.Equal(Cancelled, (int)execution["ComputeState"]!["StateType"]!);
    }

    private async Task<(Node Orchestrator, Node Node, string Name, string Job)> StartAtWorkAsync()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var job = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        return (orchestrator, node, (string)(await orchestrator.Api.RunningExecutionAsync(job))["NodeID"]!, job);
    }
}
