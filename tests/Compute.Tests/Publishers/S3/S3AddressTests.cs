using System.Text;
using Amazon.Runtime;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;
using IPAddress = System.Net.IPAddress;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>A job names where its results go: the node sends them nowhere that only it may reach, follows no redirect, and shows its credentials to those alone whom they are for.</summary>
public sealed class S3AddressTests : IAsyncDisposable
{
    private static readonly IPAddress _metadata = IPAddress.Parse("169.254.169.254");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bacalhau-s3-");
    private readonly Queue<IPAddress> answers = new();
    private readonly HttpClient http;
    private readonly WebServer server;
    private Func<WebRequest, Stream, Task> answer = (request, to) =>
    {
        var (status, head, body) = FakeUploads.AnswerTo($"{request.Method} {request.Target}", number: 1);
        return WebServer.WriteAsync(to, status, head, Encoding.UTF8.GetBytes(body));
    };
    private S3Keys keys = new(new BasicAWSCredentials("AKEXAMPLE", "s3cret"), AreStatic: true, "key AKEXAMPLE");
    private S3PublisherOptions options = new() { Node = new NodeId("n-1"), FirstPause = TimeSpan.FromMilliseconds(1), MaxRetryCount = 1 };

    public S3AddressTests()
    {
        http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"], (_, _) => Task.FromResult<IPAddress[]>([answers.Count > 1 ? answers.Dequeue() : answers.Peek()])));
        server = new WebServer((request, to) => answer(request, to));
        answers.Enqueue(IPAddress.Loopback);
        File.WriteAllText(Path.Combine(folder.FullName, "stdout"), "what the program has said");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("2130706434")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.2]")]
    [InlineData("169.254.169.254")]
    [InlineData("100.100.100.200")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("0.0.0.0")]
    public async Task Results_go_to_no_address_that_only_the_node_may_reach(string host)
    {
        var publisher = PublisherFor(server.Url("", host));

        Assert.Equal("S3:AddressNotAllowed", (await NewPublisher().FindRefusalAsync(publisher, default))?.Code);
        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(publisher));

        Assert.Equal(("S3:AddressNotAllowed", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("301 Moved Permanently")]
    [InlineData("302 Found")]
    [InlineData("307 Temporary Redirect")]
    [InlineData("308 Permanent Redirect")]
    public async Task Redirect_is_not_followed(string status)
    {
        await using var other = new WebServer((_, to) => WebServer.WriteAsync(to, "200 OK", "", default));
        answer = (_, to) => WebServer.WriteAsync(to, status, $"Location: {other.Url("/b/r", "127.0.0.1")}", default);

        await Assert.ThrowsAsync<EngineException>(() => PublishAsync(PublisherFor(server.Url("", "results.example"))));

        Assert.NotEmpty(server.Requests);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Name_whose_address_changes_after_the_look_at_it_is_looked_at_again()
    {
        var publisher = PublisherFor(server.Url("", "results.example"));
        Assert.Null(await NewPublisher().FindRefusalAsync(publisher, default));
        var before = server.Requests.Count;
        answers.Clear();
        answers.Enqueue(_metadata);

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(publisher));

        Assert.Equal("S3:AddressNotAllowed", error.Problem.Code);
        Assert.Contains("169.254.169.254 of results.example", error.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(before, server.Requests.Count);
    }

    [Fact]
    public async Task Server_that_does_not_speak_S3_is_told_before_the_program_runs()
    {
        answer = (_, to) => WebServer.WriteAsync(to, "200 OK", "", default);

        var error = await Assert.ThrowsAsync<EngineException>(() => NewPublisher().FindRefusalAsync(PublisherFor(server.Url("", "results.example")), default));

        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("cannot be understood", error.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Credentials_go_to_an_endpoint_that_a_job_names_only_if_they_may(bool areStatic, bool isAllowed, bool areSent)
    {
        options = options with { AllowJobEndpoints = isAllowed };
        keys = areStatic ? keys : new S3Keys(new SessionAWSCredentials("ASEXAMPLE", "s3cret", "t0ken"), AreStatic: false, "role");
        answer = (_, to) => WebServer.WriteAsync(to, "403 Forbidden", "", default);

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(PublisherFor(server.Url("", "results.example"))));

        Assert.NotEmpty(server.Requests);
        Assert.All(server.Requests, request => Assert.Equal(areSent, request.Headers.ContainsKey("Authorization")));
        Assert.All(server.Requests, request => Assert.DoesNotContain("t0ken", string.Join(' ', request.Headers.Values), StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    private static SpecConfig PublisherFor(string endpoint) =>
        Spec.Of("s3", ("Bucket", "b"), ("Key", "r/{executionID}"), ("Endpoint", endpoint), ("Region", "us-east-1"), ("Encoding", "plain"));

    private S3Publisher NewPublisher() => new(http, () => Task.FromResult(keys), options, TimeProvider.System);

    private async Task<PublishedResult> PublishAsync(SpecConfig publisher)
    {
        using var sending = NewPublisher();
        var target = new PublishTarget(new ExecutionId("e-1"), new JobId("j-1"), publisher, TimeProvider.System.GetUtcNow());
        return await sending.PublishAsync(new PublishRequest(target, folder.FullName), _ => Task.CompletedTask, new Progress<ExecutionProgress>(), default);
    }
}
