using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.Ipfs;

namespace Bacalhau.EndToEnd;

/// <summary>Five compute nodes, each a process with its own folders, allow-list and cache; the data is on the third only.</summary>
public sealed class LocalityTests(FiveNodes shared) : IClassFixture<FiveNodes>, IDisposable
{
    private const int Rounds = 3;
    private const int Bytes = 3_000_000;
    private readonly TestServices services = new();
    private Node orchestrator = null!;

    [Fact]
    public async Task Job_goes_to_the_local_file_every_time_and_waits_for_its_node_while_that_is_full()
    {
        await StartAsync();
        var path = Path.Combine(Directory.CreateDirectory(shared.FilesOf(3)).FullName, "data.bin");
        await File.WriteAllBytesAsync(path, new byte[Bytes]);
        JsonObject Job() => Jobs.Wasm(Jobs.Hello).WithInput("/data", "local", "SourcePath", path).WithTimeouts(queue: 600);
        for (var i = 0; i < Rounds; i++)
        {
            await AssertRunsOnThirdAsync(Job());
        }

        await using var filler = await FillThirdAsync();
        var waiting = await orchestrator.Api.SubmitAsync(Job());
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Empty(await orchestrator.Api.ExecutionsAsync(waiting));

        await filler.DisposeAsync();
        await AssertRanOnThirdAsync(waiting);
    }

    [Fact]
    public async Task Local_file_that_no_node_has_fails_the_job_at_once_and_names_it()
    {
        await StartAsync();

        var job = await orchestrator.Api.EndOfAsync(await orchestrator.Api.SubmitAsync(
            Jobs.Wasm(Jobs.Hello).WithInput("/data", "local", "SourcePath", Path.Combine(shared.FilesOf(2), "missing"))));

        Assert.Equal("Failed", Api.StateOf(job));
        Assert.Contains("1 of 5 nodes: '", Api.MessageOf(job), StringComparison.Ordinal);
        Assert.Contains("does not exist on this node", Api.MessageOf(job), StringComparison.Ordinal);
        Assert.Contains("4 of 5 nodes: '", Api.MessageOf(job), StringComparison.Ordinal);
        Assert.Contains("is not among the paths that this node allows", Api.MessageOf(job), StringComparison.Ordinal);
        Assert.Empty(await orchestrator.Api.ExecutionsAsync((string)job["ID"]!));
    }

    [Fact]
    public async Task Job_goes_to_the_cached_download_and_elsewhere_only_after_a_wait_unless_it_requires_it()
    {
        await StartAsync();
        var url = services.WebFile(Bytes);
        await AssertMovableAsync(() => Jobs.Wasm(Jobs.Hello).WithInput("/inputs", "urlDownload", "URL", url));
    }

    [Fact]
    public async Task Job_goes_to_the_cached_S3_object_and_elsewhere_only_after_a_wait_unless_it_requires_it()
    {
        var input = await TestServices.S3ObjectAsync(Bytes);
        await StartAsync();
        await AssertMovableAsync(() => Jobs.Wasm(Jobs.Hello).WithInput("/inputs", "s3", input));
    }

    [Fact]
    public async Task Job_goes_to_the_IPFS_node_that_has_its_data_and_elsewhere_only_after_a_wait_unless_it_requires_it()
    {
        using var third = new JsIpfs();
        var content = TestServices.ContentOf(Bytes);
        var cid = await third.AddAsync(content);
        await StartAsync();
        using var other = shared.OtherIpfs;
        Assert.Equal(cid, await other.AddAsync(content));
        // It is to be had there, and is no longer known to be there.
        await other.UnpinAsync(cid);
        JsonObject Job() => Jobs.Wasm(Jobs.Hello).WithInput("/data", "ipfs", "CID", cid);
        for (var i = 0; i < Rounds; i++)
        {
            await AssertRunsOnThirdAsync(Job());
        }

        await AssertElsewhereOnlyAfterAWaitAsync(Job);
    }

    public void Dispose() => services.Dispose();

    private async Task AssertMovableAsync(Func<JsonObject> newJob)
    {
        var first = await orchestrator.Api.SubmitAsync(OnThird(newJob()));
        await AssertCompletedAsync(first);
        Assert.Equal((0, Bytes), MovedOf(Assert.Single(await orchestrator.Api.ExecutionsAsync(first))));
        for (var i = 0; i < Rounds; i++)
        {
            await AssertRunsOnThirdAsync(newJob());
        }

        await AssertElsewhereOnlyAfterAWaitAsync(newJob);
    }

    private async Task AssertElsewhereOnlyAfterAWaitAsync(Func<JsonObject> newJob)
    {
        await using var filler = await FillThirdAsync();
        var required = newJob().WithTimeouts(queue: 600);
        required["Locality"] = "require";
        var waiting = await orchestrator.Api.SubmitAsync(required);
        var preferred = newJob();
        preferred["LocalityWait"] = 1;
        var moved = await orchestrator.Api.SubmitAsync(preferred);

        await AssertCompletedAsync(moved);
        var elsewhere = Assert.Single(await orchestrator.Api.ExecutionsAsync(moved));
        Assert.NotEqual(await ThirdAsync(), (string)elsewhere["NodeID"]!);
        Assert.Equal((0, Bytes), MovedOf(elsewhere));
        Assert.True(WaitOf(elsewhere, await orchestrator.Api.JobAsync(moved)) >= TimeSpan.FromSeconds(0.9));

        // Another node has the data by now; the one that requires it may go there, and moves nothing.
        await AssertCompletedAsync(waiting);
        Assert.Equal((Bytes, 0), MovedOf(Assert.Single(await orchestrator.Api.ExecutionsAsync(waiting))));
    }

    private async Task StartAsync() => orchestrator = await shared.OrchestratorAsync();

    private async Task<Filler> FillThirdAsync()
    {
        var filler = await orchestrator.Api.SubmitAsync(OnThird(Jobs.Wasm(Jobs.Spin).WithResources(cpu: "4")));
        await orchestrator.Api.RunningExecutionAsync(filler);
        return new Filler(orchestrator, filler);
    }

    private async Task AssertRunsOnThirdAsync(JsonObject job) => await AssertRanOnThirdAsync(await orchestrator.Api.SubmitAsync(job));

    private async Task AssertCompletedAsync(string id)
    {
        var job = await orchestrator.Api.EndOfAsync(id, 90);
        Assert.True(Api.StateOf(job) == "Completed", Api.MessageOf(job));
    }

    private async Task AssertRanOnThirdAsync(string id)
    {
        await AssertCompletedAsync(id);
        var execution = Assert.Single(await orchestrator.Api.ExecutionsAsync(id));
        Assert.Equal(await ThirdAsync(), (string)execution["NodeID"]!);
        Assert.Equal((Bytes, 0), MovedOf(execution));
        Assert.Contains("holds its inputs", (string)execution["NodeChoice"]!["Reason"]!, StringComparison.Ordinal);
    }

    private async Task<string> ThirdAsync() =>
        (string)(await orchestrator.Api.NodesAsync()).Single(node => (string?)node["Info"]!["Labels"]?["place"] == "node-3")["Info"]!["NodeID"]!;

    private static JsonObject OnThird(JsonObject job)
    {
        job["Constraints"] = new JsonArray(new JsonObject { ["Key"] = "place", ["Operator"] = "=", ["Values"] = new JsonArray("node-3") });
        return job;
    }

    private static (long Here, long Moved) MovedOf(JsonNode execution) => ((long)execution["NodeChoice"]!["BytesLocal"]!, (long)execution["NodeChoice"]!["BytesMoved"]!);

    private static TimeSpan WaitOf(JsonNode execution, JsonNode job) => TimeSpan.FromMicroseconds(((long)execution["CreateTime"]! - (long)job["CreateTime"]!) / 1000);

    /// <summary>A job that has all of a node, until it is disposed.</summary>
    private sealed class Filler(Node orchestrator, string job) : IAsyncDisposable
    {
        private bool isStopped;

        public async ValueTask DisposeAsync()
        {
            if (!isStopped)
            {
                isStopped = true;
                await orchestrator.Api.StopAsync(job);
            }
        }
    }
}
