using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>What belongs to no execution that a node still holds is removed when it starts again.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly Cluster cluster = new();

    private string Compute => Path.Combine(cluster.DataOf("one"), "compute");

    [Fact]
    public async Task What_a_killed_node_left_half_done_is_swept_at_its_next_start()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        await node.KillAsync();
        string[] left =
        [
            Path.Combine(Compute, "executions", "e-unknown", "scratch", "root"),
            Path.Combine(Compute, "executions", "e-unknown", "results", "stdout"),
            Path.Combine(Compute, "results", ".new-e-unknown-" + new string('0', 32)),
            Path.Combine(Compute, "modules", "module.cwasm.new"),
            Path.Combine(Compute, "specs", new string('0', 64)),
        ];
        foreach (var file in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, "half of");
        }

        await cluster.StartComputeAsync("one");
        await Eventually.HoldsAsync("that nothing is left", () => !left.Any(File.Exists) && !Directory.Exists(Path.Combine(Compute, "executions", "e-unknown")));
    }

    [Fact]
    public async Task Execution_that_a_node_has_forgotten_leaves_nothing_and_runs_again()
    {
        var (orchestrator, node) = await StartWithSavedStoreAsync();
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep));
        var execution = (string)(await orchestrator.Api.RunningExecutionAsync(id))["ID"]!;
        var folder = Path.Combine(Compute, "executions", execution);
        Assert.True(Directory.Exists(folder));

        await StartFromSavedStoreAsync(node);

        await Eventually.HoldsAsync("that the folder is gone", () => !Directory.Exists(folder));
        await AssertRanAgainAsync(orchestrator, id, execution);
    }

    [Fact]
    public async Task Container_that_a_node_has_forgotten_is_removed_and_runs_again()
    {
        _ = Binary.Image;
        var (orchestrator, node) = await StartWithSavedStoreAsync();
        var gate = Directory.CreateDirectory(Path.Combine(cluster.Inputs, "gate")).FullName;
        var id = await orchestrator.Api.SubmitAsync(Jobs.Container("while [ ! -e /gate/open ]; do sleep 0.1; done").WithInput("/gate", "local", "SourcePath", gate));
        var execution = (string)(await orchestrator.Api.RunningExecutionAsync(id))["ID"]!;
        await Eventually.HoldsAsync("the container", () => Containers.RunningFor(execution) is not null);

        await StartFromSavedStoreAsync(node);

        await Eventually.HoldsAsync("that the container is gone", () => Containers.RunningFor(execution) is null);
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        await AssertRanAgainAsync(orchestrator, id, execution);
    }

    public void Dispose() => cluster.Dispose();

    /// <summary>A cluster of one node, whose store of this moment is put aside.</summary>
    private async Task<(Node Orchestrator, Node Compute)> StartWithSavedStoreAsync()
    {
        var orchestrator = await cluster.StartOrchestratorAsync();
        var node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        await node.KillAsync();
        CopyStore(Compute, Directory.CreateDirectory(Path.Combine(cluster.Folder, "saved")).FullName);
        node = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        return (orchestrator, node);
    }

    /// <summary>As after a backup was put back: the node does not know what it took since.</summary>
    private async Task StartFromSavedStoreAsync(Node node)
    {
        await node.KillAsync();
        Array.ForEach(Directory.GetFiles(Compute, "state.db*"), File.Delete);
        CopyStore(Path.Combine(cluster.Folder, "saved"), Compute);
        await cluster.StartComputeAsync("one");
    }

    private static async Task AssertRanAgainAsync(Node orchestrator, string id, string lost)
    {
        var job = await orchestrator.Api.EndOfAsync(id);
        Assert.True(Api.StateOf(job) == "Completed", job.ToString());
        Assert.Equal(0, Assert.Single(await orchestrator.Api.CompletedPartitionsAsync(id)));
        var executions = await orchestrator.Api.ExecutionsAsync(id);
        Assert.Equal(2, executions.Count);
        Assert.Contains(executions, execution => (string?)execution["ID"] == lost);
    }

    private static void CopyStore(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "state.db*"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
