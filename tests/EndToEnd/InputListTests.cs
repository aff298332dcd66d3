using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.S3;

namespace Bacalhau.EndToEnd;

/// <summary>The build that developers use.</summary>
public sealed class BuildInputListTests() : InputListTests(() => Binary.Path);

/// <summary>The Native AOT release.</summary>
public sealed class ReleaseInputListTests() : InputListTests(() => Binary.Release);

/// <summary>A bucket on a real S3 server changes between two executions of a job that may have one at a time: both read what the first has listed.</summary>
public abstract class InputListTests(Func<string> findProgram) : RealS3, IAsyncLifetime
{
    private readonly string bucket = $"e2e-{Guid.NewGuid():N}";
    private Cluster? cluster;
    private Node? node;

    public async ValueTask InitializeAsync()
    {
        var (program, _) = (findProgram(), Endpoint);
        await Client.PutBucketAsync(bucket);
        var keys = Keys.GetCredentials();
        cluster = new Cluster(program) { Variables = [("AWS_ACCESS_KEY_ID", keys.AccessKey), ("AWS_SECRET_ACCESS_KEY", keys.SecretKey)] };
        node = await cluster.StartHybridAsync("Compute.AllowedHosts=127.0.0.1");
    }

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Executions_one_after_the_other_read_the_same_objects_though_the_bucket_changes()
    {
        await PutAsync(bucket, "in/a", "first\n");
        await PutAsync(bucket, "in/b", "second\n");
        var id = await node!.Api.SubmitAsync(NewJob());
        await node.Api.RunningExecutionAsync(id);

        await PutAsync(bucket, "in/c", "third\n");
        await PutAsync(bucket, "in/a", "replaced\n");
        await Client.DeleteObjectAsync(bucket, "in/b");
        OpenGate();

        Assert.Equal("Completed", await EndOfAsync(id));
        Assert.Equal(["first\nsecond\n", "first\nsecond\n"], await OutputsAsync(id));
    }

    [Fact]
    public async Task Object_that_is_replaced_before_its_partition_starts_fails_the_job_until_it_is_run_again()
    {
        // The letter decides: a goes to the first execution, b to the second.
        await PutAsync(bucket, "in/a-1", "first\n");
        await PutAsync(bucket, "in/b-1", "second\n");
        var job = NewJob();
        job["RetryPolicy"] = new JsonObject { ["MaxAttempts"] = 1 };
        job["Tasks"]![0]!["InputSources"]![0]!["Source"]!["Params"]!["Partition"] = new JsonObject { ["Type"] = "substring", ["StartIndex"] = 0, ["EndIndex"] = 1 };
        var id = await node!.Api.SubmitAsync(job);
        await node.Api.RunningExecutionAsync(id);

        await PutAsync(bucket, "in/b-1", "replaced\n");
        await PutAsync(bucket, "in/b-2", "third\n");
        OpenGate();
        Assert.Equal("Failed", await EndOfAsync(id));
        var failed = Assert.Single(await node.Api.ExecutionsAsync(id), execution => (int?)execution["PartitionIndex"] == 1);
        var rerun = await Commands.RunAsync(cluster!.Folder, node, "job", "rerun", id, "--id-only");

        Assert.Contains(
            $"s3://{bucket}/in/b-1 was changed or removed since the objects of this version of the job were listed", (string?)failed["ComputeState"]!["Message"], StringComparison.Ordinal);
        Assert.True(rerun.ExitCode == 0, rerun.Text);
        Assert.Equal("Completed", await EndOfAsync(id));
        Assert.Contains("replaced\nthird\n", await OutputsAsync(id));
    }

    /// <summary>Each execution prints its objects and stays until the gate is open; the second begins after the first.</summary>
    private JsonObject NewJob()
    {
        var job = Jobs.Container("cat /inputs/*; until [ -e /gate/open ]; do sleep 0.1; done", count: 2)
            .WithInput("/inputs", "s3", ("Bucket", bucket), ("Key", "in/*"), ("Endpoint", Endpoint), ("Region", "us-east-1"))
            .WithInput("/gate", "local", "SourcePath", Gate);
        job["MaxConcurrency"] = 1;
        return job;
    }

    private string Gate => Directory.CreateDirectory(Path.Combine(cluster!.Inputs, "gate")).FullName;

    private void OpenGate() => File.WriteAllText(Path.Combine(Gate, "open"), "");

    private async Task<string> EndOfAsync(string id) => Api.StateOf(await node!.Api.EndOfAsync(id));

    private async Task<IReadOnlyList<string?>> OutputsAsync(string id) => [.. (await node!.Api.ExecutionsAsync(id)).Select(execution => (string?)execution["RunOutput"]?["Stdout"])];
}
