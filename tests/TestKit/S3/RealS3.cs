using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Xunit;

namespace Bacalhau.TestKit.S3;

/// <summary>The real S3 server of the tests, Ceph's; without it they are skipped.</summary>
public abstract class RealS3 : IDisposable
{
    private const string Variable = "BACALHAU_TEST_S3";
    private readonly Uri? server = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? new Uri(value) : null;
    private AmazonS3Client? client;

    /// <summary>Whether there is one.</summary>
    public bool IsThere => server is not null;

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

    public AmazonS3Client Client => client ??= new AmazonS3Client(Keys, new AmazonS3Config
    {
        ServiceURL = Endpoint,
        AuthenticationRegion = "us-east-1",
        ForcePathStyle = true,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>Puts an object, and gives its version.</summary>
    public async Task<string> PutAsync(string bucket, string key, string content) =>
        (await Client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, ContentBody = content, UseChunkEncoding = false })).VersionId;

    /// <summary>Keys of the objects whose keys begin so.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string bucket, string prefix) =>
        [.. ((await Client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket, Prefix = prefix })).S3Objects ?? []).Select(found => found.Key)];

    /// <summary>Keys of uploads that were begun and never ended, with that prefix.</summary>
    public async Task<IReadOnlyList<string>> UnfinishedAsync(string bucket, string prefix) =>
        [.. ((await Client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket, Prefix = prefix })).MultipartUploads ?? []).Select(found => found.Key)];

    public void Dispose()
    {
        client?.Dispose();
        GC.SuppressFinalize(this);
    }
}
