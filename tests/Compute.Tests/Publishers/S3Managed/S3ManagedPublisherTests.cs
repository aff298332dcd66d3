using System.Net;
using Amazon.S3;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3Managed;
using Bacalhau.Compute.S3;
using Bacalhau.Compute.Tests.Publishers.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Publishers;

namespace Bacalhau.Compute.Tests.Publishers.S3Managed;

/// <summary>Results in the orchestrator's bucket, on the real server: the test plays the orchestrator, which alone has the keys.</summary>
public sealed class S3ManagedPublisherTests : PublisherConformance, IClassFixture<ResultBucket>
{
    private readonly ResultBucket bucket;
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["127.0.0.1", "localhost"]));
    private readonly string prefix = $"{Guid.NewGuid():N}/";
    private readonly Lazy<S3Signer> signer;
    private Func<AddressAnswer?>? answers;
    private long mostBytes = 100_000_000;

    public S3ManagedPublisherTests(ResultBucket bucket)
    {
        this.bucket = bucket;
        signer = new(() => new S3Signer(
            http, () => Task.FromResult(new S3Keys(bucket.Keys, AreStatic: true, "key test")), new S3Options { Endpoint = new Uri(bucket.Endpoint) }, TimeProvider.System));
    }

    protected override SpecConfig Publisher => Spec.Of("s3managed", ("Bucket", "ignored, as in the recording"));

    private string Uploads => Path.Combine(Root, "uploads");

    public override async ValueTask DisposeAsync()
    {
        if (signer.IsValueCreated)
        {
            signer.Value.Dispose();
        }

        http.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Result_names_job_and_execution_as_recorded()
    {
        var execution = NewExecution();

        var result = await PublishAsync(execution, NewResults());

        Assert.Equal("s3managed", result.Type);
        Assert.Equal([("ExecutionID", execution.Value), ("JobID", "j-1")], result.Params.Select(item => (item.Key, item.Value.GetString()!)));
    }

    [Fact]
    public async Task Too_large_an_archive_is_refused_before_it_is_sent()
    {
        mostBytes = 1000;
        answers = () => throw new InvalidOperationException("nothing may be sent");

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.Equal(("S3Managed:TooLarge", true), (error.Problem.Code, error.IsRefusal));
        await AssertNothingPublishedAsync();
    }

    [Fact]
    public async Task Refusal_of_the_orchestrator_is_told()
    {
        answers = () => new AddressAnswer { Reason = "execution e-1 has no leave to publish" };

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.True(error.IsRefusal);
        Assert.Contains("has no leave to publish", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_that_fails_is_sent_again_and_its_address_is_not_told()
    {
        await using var server = new WebServer((_, to) => WebServer.WriteAsync(to, "503 Slow Down", "", default));
        var asked = 0;
        answers = () => new AddressAnswer { Url = $"{server.Url("/archive")}?X-Amz-Signature=s3cret{++asked}" };

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.Equal((3, 3, false), (asked, server.Requests.Count, error.IsRefusal));
        Assert.Contains("503", error.Problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("127.0.0.2")]
    [InlineData("[::ffff:169.254.169.254]")]
    public async Task Address_that_only_the_node_may_reach_is_sent_nothing(string host)
    {
        answers = () => new AddressAnswer { Url = $"http://{host}/archive?X-Amz-Signature=s3cret" };

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.True(error.IsRefusal);
        Assert.Contains("job may reach", error.Problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_is_sent_nothing()
    {
        await using var other = new WebServer((_, to) => WebServer.WriteAsync(to, "200 OK", "", default));
        await using var server = new WebServer((_, to) => WebServer.WriteAsync(to, "307 Temporary Redirect", $"Location: {other.Url("/archive")}", default));
        answers = () => new AddressAnswer { Url = server.Url("/archive") };

        var error = await Assert.ThrowsAsync<EngineException>(() => PublishAsync(NewExecution(), NewResults()));

        Assert.Contains("307", error.Problem.Message, StringComparison.Ordinal);
        Assert.Equal((3, 0), (server.Requests.Count, other.Requests.Count));
    }

    [Fact]
    public async Task Withdrawal_without_an_orchestrator_is_to_be_tried_again()
    {
        answers = () => null;

        var error = await Assert.ThrowsAsync<EngineException>(() => CreatePublisher().WithdrawAsync(TargetOf(NewExecution()), default));

        Assert.False(error.IsRefusal);
    }

    protected override IPublisher CreatePublisher()
    {
        _ = bucket.Endpoint;
        var publisher = new S3ManagedPublisher(
            http, FindAddressAsync, new S3ManagedOptions { Folder = Uploads, MostBytes = mostBytes, MaxRetryCount = 2, FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        publisher.Open();
        return publisher;
    }

    protected override async Task<bool> TryFetchAsync(PublishedResult result, string folder)
    {
        try
        {
            using var found = await bucket.Client.GetObjectAsync(bucket.Name, prefix + result.Params["ExecutionID"].GetString());
            await UnpackAsync(found.ResponseStream, folder);
            return true;
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    protected override async Task AssertNothingPublishedAsync()
    {
        await AssertNothingVisibleAsync();
        Assert.Empty(Directory.GetFileSystemEntries(Uploads));
    }

    protected override async Task AssertNothingVisibleAsync() => Assert.Empty(await bucket.KeysAsync(bucket.Name, prefix));

    private async Task<AddressAnswer?> FindAddressAsync(ExecutionId execution, bool isWithdrawal, CancellationToken cancellation)
    {
        if (answers is not null)
        {
            return answers();
        }

        if (!execution.Value.StartsWith("e-", StringComparison.Ordinal))
        {
            return new AddressAnswer { Reason = $"execution {execution} is not assigned to this node" };
        }

        var method = isWithdrawal ? HttpMethod.Delete : HttpMethod.Put;
        var address = await signer.Value.SignAsync(new Uri(bucket.Endpoint), "us-east-1", bucket.Name, prefix + execution, method, TimeSpan.FromMinutes(1), cancellation);
        return new AddressAnswer { Url = address!.AbsoluteUri };
    }
}
