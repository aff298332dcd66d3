using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Network;

namespace Bacalhau.EndToEnd;

/// <summary>Nodes are asked to end.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Stopped_node_leaves_its_container_running_and_takes_it_back()
    {
        _ = Binary.Image;
        var node = await cluster.StartHybridAsync();
        var gate = Directory.CreateDirectory(Path.Combine(cluster.Inputs, "gate")).FullName;
        var job = Jobs.Container("while [ ! -e /gate/open ]; do sleep 0.1; done; echo ended").WithInput("/gate", "local", "SourcePath", gate);
        var id = await node.Api.SubmitAsync(job);
        var execution = (string)(await node.Api.RunningExecutionAsync(id))["ID"]!;

        Assert.InRange(await node.TerminateAsync(), TimeSpan.Zero, _limit);
        Assert.NotNull(Containers.RunningFor(execution));
        Assert.Equal(0, await node.EndAsync());

        node = await cluster.StartHybridAsync();
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        Assert.Equal("Completed", Api.StateOf(await node.Api.EndOfAsync(id)));
        Assert.Equal(execution, (string?)Assert.Single(await node.Api.ExecutionsAsync(id))["ID"]);
    }

    [Fact]
    public async Task Interrupted_wasm_program_runs_again_after_the_next_start()
    {
        var node = await cluster.StartHybridAsync();
        var id = await node.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 2));
        await node.Api.RunningExecutionAsync(id);
        Assert.InRange(await node.TerminateAsync(), TimeSpan.Zero, _limit);
        node = await cluster.StartHybridAsync();
        Assert.Equal("Completed", Api.StateOf(await node.Api.EndOfAsync(id)));
        Assert.Equal(Enumerable.Range(0, 2), await node.Api.CompletedPartitionsAsync(id));
    }

    [Fact]
    public async Task Devstack_runs_work_on_its_nodes_and_stops_all_of_it()
    {
        _ = Binary.Image;
        // The APIs of three nodes are numbered from the first, and have to leave out the port of the messages.
        var api = FreePort.FirstOf(4);
        var messages = api + 1;
        string[] settings = ["API.Host=127.0.0.1", $"API.Port={api}", $"Orchestrator.Port={messages}"];
        var stack = cluster.Keep(Node.Start(
            Binary.Path, api, ["devstack", "--computes", "2", "--stack-repo", Path.Combine(cluster.Folder, "stack"), "--data-dir", cluster.DataOf("devstack"), .. settings.SelectMany(setting => new[] { "-c", setting })]));
        await stack.ReadyAsync();
        await stack.Api.WaitForNodesAsync(2);
        var id = await stack.Api.SubmitAsync(Jobs.Container("trap 'exit 0' TERM; while :; do sleep 0.1; done"));
        var execution = (string)(await stack.Api.RunningExecutionAsync(id))["ID"]!;

        Assert.InRange(await stack.TerminateAsync(), TimeSpan.Zero, _limit);
        Assert.Null(Containers.RunningFor(execution));
    }

    public void Dispose() => cluster.Dispose();
}
