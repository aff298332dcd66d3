using System.Globalization;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;
using Bacalhau.TestKit.S3;

namespace Bacalhau.EndToEnd;

/// <summary>The build that developers use.</summary>
public sealed class BuildS3ResultTests() : S3ResultTests(() => Binary.Path);

/// <summary>The Native AOT release.</summary>
public sealed class ReleaseS3ResultTests() : S3ResultTests(() => Binary.Release);

/// <summary>From objects in a bucket to results in a bucket to files on a person's disk, who has no keys: with a real S3 server, real containers and one built program.</summary>
public abstract class S3ResultTests(Func<string> findProgram) : RealS3, IAsyncLifetime
{
    private const int Objects = 12;
    private readonly string bucket = $"e2e-{Guid.NewGuid():N}";
    private Cluster? cluster;
    private Node? node;

    public async ValueTask InitializeAsync()
    {
        var (program, endpoint) = (findProgram(), Endpoint);
        await Client.PutBucketAsync(bucket);
        var keys = Keys.GetCredentials();
        cluster = new Cluster(program) { Variables = [("AWS_ACCESS_KEY_ID", keys.AccessKey), ("AWS_SECRET_ACCESS_KEY", keys.SecretKey)] };
        node = await cluster.StartHybridAsync(
            "Compute.AllowedHosts=127.0.0.1",
            $"Publishers.Types.S3Managed.Bucket={bucket}",
            "Publishers.Types.S3Managed.Key=managed",
            "Publishers.Types.S3Managed.Region=us-east-1",
            $"Publishers.Types.S3Managed.Endpoint={endpoint}");
    }

    public ValueTask DisposeAsync()
    {
        cluster?.Dispose();
        Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("plain")]
    public async Task Objects_that_are_divided_over_executions_come_back_as_files(string encoding)
    {
        await Task.WhenAll(Enumerable.Range(0, Objects).Select(n => PutAsync(bucket, $"in/file-{n}", $"content {n}\n")));
        var job = Jobs.Container("cat /inputs/file-* > /outputs/all-$BACALHAU_PARTITION_INDEX; echo part $BACALHAU_PARTITION_INDEX", count: 3)
            .WithInput("/inputs", "s3", "Bucket", bucket)
            .WithResults()
            .WithResources();
        var task = job["Tasks"]![0]!;
        Fill(task["InputSources"]![0]!["Source"]!["Params"]!, ("Key", "in/*"));
        task["InputSources"]![0]!["Source"]!["Params"]!["Partition"] = new JsonObject { ["Type"] = "object" };
        task["Publisher"] = new JsonObject { ["Type"] = "s3", ["Params"] = new JsonObject { ["Bucket"] = bucket, ["Encoding"] = encoding } };
        Fill(task["Publisher"]!["Params"]!, ("Key", "out/{jobID}/{executionID}"));

        var id = await CompleteAsync(job);
        var got = await GetAsync("job", "get", id, "--merge");

        var lines = Enumerable.Range(0, 3).SelectMany(partition => File.ReadAllLines(Path.Combine(got, string.Create(CultureInfo.InvariantCulture, $"outputs/all-{partition}"))));
        Assert.Equal(Enumerable.Range(0, Objects).Select(n => $"content {n}").Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
        Assert.Equal(["part 0", "part 1", "part 2"], File.ReadAllLines(Path.Combine(got, "stdout")));
        Assert.Equal(["0", "0", "0"], File.ReadAllLines(Path.Combine(got, "exitCode")));
        Assert.Empty(await UnfinishedAsync(bucket, ""));
    }

    [Fact]
    public async Task Result_goes_to_the_orchestrators_bucket_without_keys_of_the_node()
    {
        var job = Jobs.Wasm(Jobs.Hello);
        job["Tasks"]![0]!["Publisher"] = new JsonObject { ["Type"] = "s3managed" };

        var id = await CompleteAsync(job);
        var got = await GetAsync("job", "get", id);

        Assert.Equal("Hello from WebAssembly!\n", await File.ReadAllTextAsync(Path.Combine(got, "stdout")));
        Assert.Single(await KeysAsync(bucket, $"managed/{id}/"));
    }

    [Fact]
    public async Task Bucket_that_is_not_there_is_found_before_the_program_runs()
    {
        var job = Jobs.Wasm(Jobs.Hello);
        job["Tasks"]![0]!["Publisher"] = new JsonObject { ["Type"] = "s3", ["Params"] = new JsonObject { ["Bucket"] = "no-such-bucket-here" } };
        Fill(job["Tasks"]![0]!["Publisher"]!["Params"]!, ("Key", "{executionID}"));

        var id = await node!.Api.SubmitAsync(job);
        var ended = await node.Api.EndOfAsync(id);

        Assert.Equal("Failed", Api.StateOf(ended));
        Assert.Contains("no-such-bucket-here", Api.MessageOf(ended), StringComparison.Ordinal);
        Assert.All(await node.Api.ExecutionsAsync(id), execution => Assert.Equal("", (string?)execution["RunOutput"]!["Stdout"]));
    }

    private void Fill(JsonNode parameters, params (string Name, string Value)[] more)
    {
        foreach (var (name, value) in more.Concat([("Endpoint", Endpoint), ("Region", "us-east-1")]))
        {
            parameters[name] = value;
        }
    }

    private async Task<string> CompleteAsync(JsonObject job)
    {
        var id = await node!.Api.SubmitAsync(job);
        var ended = await node.Api.EndOfAsync(id);
        Assert.True(Api.StateOf(ended) == "Completed", $"{Api.StateOf(ended)}: {Api.MessageOf(ended)}");
        return id;
    }

    private async Task<string> GetAsync(params string[] command)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cluster!.Folder, "person")).FullName;
        var result = await Commands.RunAsync(folder, node!, command);
        Assert.True(result.ExitCode == 0, result.Text);
        return Path.Combine(folder, "job-" + command[2]);
    }
}
