using System.Net;
using Amazon.S3;
using Bacalhau.Compute.Network;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Publishers;
using Bacalhau.TestKit.S3;

namespace Bacalhau.Compute.Tests.Publishers.S3;

/// <summary>A bucket of its own on the real server.</summary>
public sealed class ResultBucket : RealS3, IAsyncLifetime
{
    public string Name { get; } = $"pub-{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync()
    {
        if (IsThere)
        {
            await Client.PutBucketAsync(Name);
        }
    }

    /// <summary>The bucket goes with the server.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The S3 publisher with the real server; each test has a prefix of its own.</summary>
public abstract class S3PublisherConformance(ResultBucket bucket) : PublisherConformance
{
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"]));
    private readonly List<S3Publisher> made = [];

    protected ResultBucket Bucket => bucket;

    /// <summary>What all keys of this test begin with.</summary>
    protected string Prefix { get; } = $"{Guid.NewGuid():N}/";

    protected S3PublisherOptions Options { get; set; } = new() { Node = new NodeId("n-1"), FirstPause = TimeSpan.FromMilliseconds(1) };

    protected abstract string Encoding { get; }

    protected override SpecConfig Publisher => PublisherFor("{executionID}");

    protected override SpecConfig Refused => Spec.Of("s3", ("Bucket", bucket.Name));

    public override async ValueTask DisposeAsync()
    {
        made.ForEach(publisher => publisher.Dispose());
        http.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override IPublisher CreatePublisher()
    {
        _ = bucket.Endpoint;
        var publisher = new S3Publisher(http, () => Task.FromResult(new S3Keys(bucket.Keys, AreStatic: true, "key test")), Options, TimeProvider.System);
        made.Add(publisher);
        return publisher;
    }

    protected SpecConfig PublisherFor(string key) =>
        Spec.Of("s3", ("Bucket", bucket.Name), ("Key", Prefix + key), ("Endpoint", bucket.Endpoint), ("Region", "us-east-1"), ("Encoding", Encoding));

    protected override async Task<bool> TryFetchAsync(PublishedResult result, string folder)
    {
        var (name, key) = (result.Params["Bucket"].GetString(), result.Params["Key"].GetString()!);
        if (!key.EndsWith('/'))
        {
            try
            {
                using var found = await bucket.Client.GetObjectAsync(name, key);
                await UnpackAsync(found.ResponseStream, folder);
                return true;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }
        }

        var keys = await bucket.KeysAsync(name!, key);
        foreach (var file in keys)
        {
            using var found = await bucket.Client.GetObjectAsync(name, file);
            var path = Path.Combine(folder, file[key.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var target = File.Create(path);
            await found.ResponseStream.CopyToAsync(target);
        }

        return keys.Count > 0;
    }

    protected override async Task AssertNothingPublishedAsync()
    {
        await AssertNothingVisibleAsync();
        Assert.Empty(await bucket.UnfinishedAsync(bucket.Name, Prefix));
    }

    protected override async Task AssertNothingVisibleAsync() => Assert.Empty(await bucket.KeysAsync(bucket.Name, Prefix));
}
