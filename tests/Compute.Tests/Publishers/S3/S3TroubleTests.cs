using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>A server that fails where a test says so, which no real one does on demand.</summary>
public sealed class S3TroubleTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-s3-");
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["localhost"]));
    private readonly ConcurrentQueue<string> requests = new();
    private readonly WebServer server;
    private Func<string, string?> answerTo = _ => null;
    private Func<string, Task> meanwhile = _ => Task.CompletedTask;
    private string ownerOfObject = "";

    public S3TroubleTests() => server = new WebServer(async (request, to) =>
    {
        var asked = $"{request.Method} {request.Target}";
        requests.Enqueue(asked);
        await meanwhile(asked);
        var (status, head, body) = answerTo(asked) is { } given
            ? (given, "Content-Type: application/xml", $"<Error><Code>{given[4..]}</Code><Message>as the test says</Message></Error>")
            : FakeUploads.AnswerTo(asked, requests.Count, ownerOfObject);
        await WebServer.WriteAsync(to, status, head, Encoding.UTF8.GetBytes(body));
    });

    public ValueTask InitializeAsync()
    {
        File.WriteAllBytes(Path.Combine(folder.FullName, "large"), RandomNumberGenerator.GetBytes(300_000));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Part_that_fails_is_sent_again()
    {
        var failures = 0;
        answerTo = asked => asked.Contains("partNumber=2", StringComparison.Ordinal) && ++failures <= 2 ? "503 Slow Down" : null;

        var result = await PublishAsync();

        Assert.Equal("r/e-1.tar.gz", result.Params["Key"].GetString());
        Assert.Equal(3, requests.Count(asked => asked.Contains("partNumber=2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Part_that_fails_for_good_ends_the_upload_and_gives_it_up()
    {
        answerTo = asked => asked.Contains("partNumber=2", StringComparison.Ordinal) ? "403 Forbidden" : null;

        var error = await Assert.ThrowsAsync<EngineException>(PublishAsync);

        Assert.Equal("S3:Denied", error.Problem.Code);
        Assert.Contains(requests, asked => asked.StartsWith("DELETE", StringComparison.Ordinal) && asked.Contains("uploadId=u", StringComparison.Ordinal));
        Assert.DoesNotContain(requests, FakeUploads.IsCompletion);
    }

    [Theory]
    [InlineData("e-1", true)]
    [InlineData("e-2", false)]
    [InlineData("", false)]
    public async Task Completion_whose_answer_was_lost_counts_if_the_object_is_there(string owner, bool isThere)
    {
        var asks = 0;
        ownerOfObject = owner;
        answerTo = asked => !FakeUploads.IsCompletion(asked) ? null : ++asks == 1 ? "500 Internal Error" : "404 NoSuchUpload";

        if (isThere)
        {
            await PublishAsync();
        }
        else
        {
            await Assert.ThrowsAsync<EngineException>(PublishAsync);
        }
    }

    [Fact]
    public async Task Few_parts_are_in_memory_at_once()
    {
        File.WriteAllBytes(Path.Combine(folder.FullName, "large"), RandomNumberGenerator.GetBytes(4_000_000));
        var (now, most) = (0, 0);
        meanwhile = async asked =>
        {
            if (asked.Contains("partNumber=", StringComparison.Ordinal))
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
                Interlocked.Decrement(ref now);
            }
        };

        await PublishAsync();

        Assert.InRange(most, 1, 3);
    }

    private async Task<PublishedResult> PublishAsync()
    {
        var options = new S3PublisherOptions { Node = new NodeId("n-1"), PartBytes = 64 << 10, PartsInMemory = 3, FirstPause = TimeSpan.FromMilliseconds(1) };
        using var publisher = new S3Publisher(
            http, () => Task.FromResult(new S3Keys(new BasicAWSCredentials("AK", "s3cret"), AreStatic: true, "key AK")), options, TimeProvider.System);
        var spec = Spec.Of("s3", ("Bucket", "b"), ("Key", "r/{executionID}"), ("Endpoint", server.Url("", "localhost")), ("Region", "us-east-1"));
        var target = new PublishTarget(new ExecutionId("e-1"), new JobId("j-1"), spec, TimeProvider.System.GetUtcNow());
        return await publisher.PublishAsync(new PublishRequest(target, folder.FullName), _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default);
    }
}
