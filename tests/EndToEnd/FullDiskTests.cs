using System.Net;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Storage;

namespace Bacalhau.EndToEnd;

/// <summary>The disk under a data directory is full: new work is refused with words, what runs is not harmed, and all is well again once there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly Cluster cluster = new();

    [Fact]
    public async Task Orchestrator_refuses_jobs_and_keeps_all_else_while_its_disk_is_full()
    {
        _ = Binary.Path;
        var disk = cluster.GiveSmallDisk("orchestrator");
        var orchestrator = await cluster.StartOrchestratorAsync();
        await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        var id = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep));
        var execution = (string)(await orchestrator.Api.RunningExecutionAsync(id))["ID"]!;

        disk.Fill();
        var (status, body) = await orchestrator.Api.TrySubmitAsync(Jobs.Wasm(Jobs.Hello));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("is full", (string)body["Message"]!, StringComparison.Ordinal);
        var told = await Commands.RunAsync(cluster.Folder, orchestrator, "job", "describe", id);
        Assert.True(told.ExitCode == 0 && told.Output.Contains(id, StringComparison.Ordinal), told.Text);

        await Eventually.HoldsAsync("the end of the program on its node", () => !Directory.Exists(FolderOf("one", execution, "inputs")));
        Assert.Equal("Running", Api.StateOf(await orchestrator.Api.JobAsync(id)));
        Assert.Single((await orchestrator.Api.GetAsync("jobs?limit=10"))["Items"]!.AsArray());
        Assert.Equal("CONNECTED", (string?)(await ComputeNodeAsync(orchestrator))["Connection"]);

        disk.Free();
        await AssertCompletedAsync(orchestrator, id);
        Assert.Equal(execution, (string?)Assert.Single(await orchestrator.Api.ExecutionsAsync(id))["ID"]);
        await AssertCompletedAsync(orchestrator, await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(44)]
    [InlineData(48)]
    [InlineData(52)]
    public async Task Orchestrator_that_cannot_start_on_a_full_disk_says_so_in_words(int freeKilobytes)
    {
        _ = Binary.Path;
        var disk = cluster.GiveSmallDisk("orchestrator", megabytes: 8);
        var first = await cluster.StartOrchestratorAsync();
        await first.TerminateAsync();

        disk.Fill(freeKilobytes);
        var second = cluster.Begin("orchestrator", ["--orchestrator"]);
        // Where there is just enough room, it starts.
        await Task.WhenAny(second.ReadyAsync(), second.EndAsync());
        await second.TerminateAsync();

        Assert.DoesNotContain("Unhandled exception", second.Output, StringComparison.Ordinal);
        Assert.True(second.Output.Contains("API ", StringComparison.Ordinal) || second.Output.Contains("Error: ", StringComparison.Ordinal), second.Output);
    }

    [Fact]
    public async Task Node_takes_no_work_and_harms_none_while_its_disk_is_full()
    {
        var (orchestrator, disk) = await StartWithSmallNodeAsync();
        var running = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep));
        await orchestrator.Api.RunningExecutionAsync(running);

        disk.Fill();
        // Whether the node has said how it is before the first of these is placed, or only when that is refused, is left to chance.
        var first = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello));
        await Eventually.HoldsAsync("why the node does not take it", async () =>
            NamesDisk(Api.MessageOf(await orchestrator.Api.JobAsync(first)))
            || (await orchestrator.Api.ExecutionsAsync(first)).Any(execution => NamesDisk((string?)execution["ComputeState"]!["Message"])));
        var second = await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello));
        await Eventually.HoldsAsync("why the job waits", async () => NamesDisk(Api.MessageOf(await orchestrator.Api.JobAsync(second))));
        Assert.True(NamesDisk((string?)(await ComputeNodeAsync(orchestrator))["ConnectionState"]!["LastError"]));

        disk.Free();
        foreach (var id in new[] { running, first, second })
        {
            await AssertCompletedAsync(orchestrator, id);
            Assert.Single(await orchestrator.Api.ExecutionsAsync(id));
        }
    }

    [Fact]
    public async Task Execution_for_which_a_node_lacks_disk_fails_with_words()
    {
        var (orchestrator, disk) = await StartWithSmallNodeAsync();
        await AssertCompletedAsync(orchestrator, await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)));
        var large = "data:application/octet-stream;base64," + Convert.ToBase64String(new byte[2_000_000]);
        var job = Jobs.Wasm(Jobs.Hello).WithInput("/large", "inline", "URL", large);
        job["RetryPolicy"] = new JsonObject { ["MaxAttempts"] = 1 };

        disk.Fill(butKilobytes: 1500);
        var ended = await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(job));
        Assert.Equal("Failed", Api.StateOf(ended));
        Assert.Contains("No space left", Api.MessageOf(ended), StringComparison.Ordinal);
        await AssertCompletedAsync(orchestrator, await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Hello)));

        disk.Free();
        await AssertCompletedAsync(orchestrator, await orchestrator.Api.SubmitAsync(job));
    }

    [Fact]
    public async Task Container_runs_on_while_the_disk_of_its_node_is_full()
    {
        _ = Binary.Image;
        var (orchestrator, disk) = await StartWithSmallNodeAsync();
        var gate = Directory.CreateDirectory(Path.Combine(cluster.Inputs, "gate")).FullName;
        var script = "while [ ! -e /gate/full ]; do sleep 0.1; done; for i in 1 2 3; do echo dropped; done; touch /gate/printed; while [ ! -e /gate/free ]; do sleep 0.1; done; echo kept";
        var job = Jobs.Container(script).WithInput("/gate", "local", "SourcePath", gate);
        job["Tasks"]![0]!["InputSources"]![0]!["Source"]!["Params"]!["ReadWrite"] = true;
        var id = await orchestrator.Api.SubmitAsync(job);
        await orchestrator.Api.RunningExecutionAsync(id);

        disk.Fill();
        await File.WriteAllTextAsync(Path.Combine(gate, "full"), "");
        await Eventually.HoldsAsync("three lines printed", () => File.Exists(Path.Combine(gate, "printed")));
        disk.Free();
        await File.WriteAllTextAsync(Path.Combine(gate, "free"), "");

        await AssertCompletedAsync(orchestrator, id);
        Assert.Single(await orchestrator.Api.ExecutionsAsync(id));
        var logs = await Commands.RunAsync(cluster.Folder, orchestrator, "job", "logs", id);
        // A line that says how much was dropped may follow.
        Assert.Contains("kept\n", logs.Output, StringComparison.Ordinal);
    }

    public void Dispose() => cluster.Dispose();

    private static async Task AssertCompletedAsync(Node node, string id)
    {
        var job = await node.Api.EndOfAsync(id);
        Assert.True(Api.StateOf(job) == "Completed", job.ToString());
        Assert.Equal(0, Assert.Single(await node.Api.CompletedPartitionsAsync(id)));
    }

    private async Task<(Node Orchestrator, SmallDisk Disk)> StartWithSmallNodeAsync()
    {
        _ = Binary.Path;
        var disk = cluster.GiveSmallDisk("one");
        var orchestrator = await cluster.StartOrchestratorAsync();
        await cluster.StartComputeAsync("one", $"Compute.AllowListedLocalPaths={cluster.Inputs}/**:rw");
        await orchestrator.Api.WaitForNodesAsync(1);
        return (orchestrator, disk);
    }

    private static bool NamesDisk(string? text) => text?.Contains("disk of the node is full", StringComparison.Ordinal) == true;

    private static async Task<JsonNode> ComputeNodeAsync(Node orchestrator) =>
        Assert.Single(await orchestrator.Api.NodesAsync(), node => (string?)node["Info"]!["NodeType"] == "Compute");

    private string FolderOf(string node, string execution, string part) => Path.Combine(cluster.DataOf(node), "compute", "executions", execution, part);
}
