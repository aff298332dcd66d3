using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>A bucket of its own on the real server, with the objects that the recording golden/engines/storage-s3.md was made with, and a second one with versions.</summary>
public sealed class RecordedObjects : IAsyncLifetime
{
    private const string Variable = "BACALHAU_TEST_S3";
    private readonly Uri? server = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? new Uri(value) : null;
    private AmazonS3Client? client;

    /// <summary>The server's address; a test is skipped without it.</summary>
    public string Endpoint
    {
        get
        {
            Assert.SkipWhen(server is null, $"no S3 server: scripts/test.sh starts one and names it, with its keys, in {Variable}");
            return server!.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        }
    }

    /// <summary>Keys that open it.</summary>
    public BasicAWSCredentials Keys => new(server!.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);

    public string Bucket { get; } = $"inb-{Guid.NewGuid():N}";

    public string Versioned { get; } = $"ver-{Guid.NewGuid():N}";

    /// <summary>Version of the older content of <c>f.txt</c>.</summary>
    public string FirstVersion { get; private set; } = "";

    public AmazonS3Client Client => client!;

    /// <summary>Puts an object, and gives its version.</summary>
    public async Task<string> PutAsync(string bucket, string key, string content) =>
        (await Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = content, UseChunkEncoding = false })).VersionId;

    public async ValueTask InitializeAsync()
    {
        if (server is null)
        {
            return;
        }

        client = new AmazonS3Client(Keys, new AmazonS3Config
        {
            ServiceURL = Endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        await Client.PutBucketAsync(Bucket);
        await Client.PutBucketAsync(Versioned);
        await Client.PutBucketVersioningAsync(new PutBucketVersioningRequest { BucketName = Versioned, VersioningConfig = new S3BucketVersioningConfig { Status = VersionStatus.Enabled } });
        FirstVersion = await PutAsync(Versioned, "f.txt", "one");
        await PutAsync(Versioned, "f.txt", "two");
        await Task.WhenAll(Contents().Select(item => PutAsync(Bucket, item.Key, item.Content)));
    }

    /// <summary>The buckets go with the server.</summary>
    public ValueTask DisposeAsync()
    {
        client?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<(string Key, string Content)> Contents()
    {
        string[] named = ["data", "data/a.txt", "data/b.txt", "data/sub/c.txt", "data/sub/deep/d.csv", "data2/e.txt"];
        (string, string)[] others =
        [
            ("single.txt", "single"), ("dirobj/", ""), ("esc/../../../escape.txt", "escaped"), ("uni/ünï cödé.txt", "u"), ("sum.txt", "sum"), ("logs/readme.md", "r"),
            ("big/blob.bin", new string('b', 30 * 1024 * 1024)),
        ];
        return others.Concat(named.Select(key => (key, key)));
    }
}
