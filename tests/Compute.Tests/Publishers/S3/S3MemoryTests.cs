using System.Text;
using Amazon.Runtime;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>Tests that measure the process, beside which no other test runs.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>What the S3 publisher has in memory does not grow with what it publishes.</summary>
[Collection("alone")]
public sealed class S3MemoryTests : IAsyncDisposable
{
    private const int MiB = 1 << 20;
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["localhost"]));
    private readonly WebServer server;
    private int requests;
    private long most;

    public S3MemoryTests() => server = new WebServer(async (request, to) =>
    {
        if (Interlocked.Increment(ref requests) % 4 == 0)
        {
            // What is alive while parts are on their way.
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
        }

        var (status, head, body) = FakeUploads.AnswerTo($"{request.Method} {request.Target}", requests);
        await WebServer.WriteAsync(to, status, head, Encoding.UTF8.GetBytes(body));
    });

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("plain")]
    public async Task Large_result_takes_no_more_memory_than_a_small_one(string encoding)
    {
        await PeakAsync(encoding, 8 * MiB);
        var small = await PeakAsync(encoding, 8 * MiB);

        var large = await PeakAsync(encoding, 40 * MiB);

        // A few parts more or less are on their way when it is looked; what is kept of it all would be four times as much.
        Assert.InRange(large, 1, small + (8 * MiB));
    }

    /// <summary>Publishes so many bytes that cannot be packed, and gives the most that was alive meanwhile.</summary>
    private async Task<long> PeakAsync(string encoding, int bytes)
    {
        most = 0;
        var folder = Directory.CreateTempSubdirectory("bacalhau-s3-");
        await WriteAsync(Path.Combine(folder.FullName, "large"), bytes);
        var options = new S3PublisherOptions { Node = new NodeId("n-1"), PartBytes = MiB, PartsInMemory = 3 };
        using var publisher = new S3Publisher(
            http, () => Task.FromResult(new S3Keys(new BasicAWSCredentials("AK", "s3cret"), AreStatic: true, "key AK")), options, TimeProvider.System);
        var spec = Spec.Of("s3", ("Bucket", "b"), ("Key", "r/{executionID}"), ("Endpoint", server.Url("")), ("Region", "us-east-1"), ("Encoding", encoding));
        var target = new PublishTarget(new ExecutionId("e-1"), new JobId("j-1"), spec, TimeProvider.System.GetUtcNow());

        await publisher.PublishAsync(new PublishRequest(target, folder.FullName), _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default);

        folder.Delete(recursive: true);
        return most;
    }

    private static async Task WriteAsync(string path, int bytes)
    {
        var block = new byte[MiB];
        new Random(11).NextBytes(block);
        await using var file = File.Create(path);
        for (var written = 0; written < bytes; written += block.Length)
        {
            await file.WriteAsync(block);
        }
    }
}
