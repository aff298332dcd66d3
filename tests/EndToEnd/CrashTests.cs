using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>Processes die at any moment, and no accepted job is lost or counted twice.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Work_goes_on_after_a_hybrid_and_its_message_server_were_killed(bool waitsForTheStart)
    {
        var node = await cluster.StartHybridAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 4));
        if (waitsForTheStart)
        {
            await node.Api.RunningExecutionAsync(id);
        }

        Processes.KillNow(node.MessageServer!.Value);
        await node.KillAsync();
        node = await cluster.StartHybridAsync();
        await AssertCompletedOnceAsync(node, id, 4);
    }

    [Fact]
    public async Task Work_goes_on_after_the_orchestrator_was_killed()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 4));
        await orchestrator.Api.RunningExecutionAsync(id);
        await orchestrator.KillAsync();
        orchestrator = await cluster.StartOrchestratorAsync();
        await AssertCompletedOnceAsync(orchestrator, id, 4);
    }

    [Fact]
    public async Task Work_of_a_killed_node_goes_on_elsewhere()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var one = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 3));
        await orchestrator.Api.RunningExecutionAsync(id);
        await one.KillAsync();
        await cluster.StartComputeAsync("two");
        await AssertCompletedOnceAsync(orchestrator, id, 3);
    }

    [Fact]
    public async Task Work_goes_on_after_a_node_was_killed_and_started_again()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var one = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 3));
        await orchestrator.Api.RunningExecutionAsync(id);
        await one.KillAsync();
        await cluster.StartComputeAsync("one");
        await AssertCompletedOnceAsync(orchestrator, id, 3);
    }

    [Fact]
    public async Task Work_goes_on_after_the_message_server_was_killed()
    {
        var node = await cluster.StartHybridAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 4));
        await node.Api.RunningExecutionAsync(id);
        var killed = node.MessageServer!.Value;
        Processes.KillNow(killed);
        await Eventually.HoldsAsync("another message server", () => node.MessageServer is { } server && server != killed);
        await AssertCompletedOnceAsync(node, id, 4);
        await AssertCompletedOnceAsync(node, await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)), 1);
    }

    [Fact]
    public async Task Container_that_ran_on_is_attached_again_after_a_kill()
    {
        _ = Binary.Image;
        var node = await cluster.StartHybridAsync();
        var gate = Directory.CreateDirectory(Path.Combine(cluster.Inputs, "gate")).FullName;
        var job = Jobs.Container("echo began; while [ ! -e /gate/open ]; do sleep 0.1; done; echo ended").WithInput("/gate", "local", "SourcePath", gate);
        var id = await node.Api.SubmitAsync(job);
        var execution = (string)(await node.Api.RunningExecutionAsync(id))["ID"]!;
        var container = await Eventually.SeesAsync("the container", () => Task.FromResult(Containers.RunningFor(execution)));

        await node.KillAsync();
        Assert.Equal(container, Containers.RunningFor(execution));
        node = await cluster.StartHybridAsync();
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");

        await AssertCompletedOnceAsync(node, id, 1);
        Assert.Equal(execution, (string?)Assert.Single(await node.Api.ExecutionsAsync(id))["ID"]);
        var logs = await Commands.RunAsync(cluster.Folder, node, "job", "logs", id);
        Assert.Equal("began\nended\n", logs.Output);
    }

    [Fact]
    public async Task Message_server_and_workers_end_with_a_killed_parent()
    {
        var node = await cluster.StartHybridAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Spin));
        await node.Api.RunningExecutionAsync(id);
        int[] children = [.. Processes.Below(node.Id, "nats-server"), .. Processes.Below(node.Id, "bacalhau-worker")];
        Assert.True(children.Length > 2, "There is a message server, who watches it, and a worker");
        await node.KillAsync();
        await Eventually.HoldsAsync("the end of all children", () => !children.Any(Processes.IsAlive), seconds: 10);
    }

    public void Dispose() => cluster.Dispose();

    private static async Task AssertCompletedOnceAsync(Node node, string id, int count)
    {
        var job = await node.Api.EndOfAsync(id);
        Assert.Equal("Completed", Api.StateOf(job));
        Assert.Equal(Enumerable.Range(0, count), await node.Api.CompletedPartitionsAsync(id));
    }
}
