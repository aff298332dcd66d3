using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.S3;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;

namespace Bacalhau.Benchmarks.Download;

/// <summary>Objects of the S3 server that bench/run.sh starts; <c>curl</c> has an address that is signed.</summary>
internal sealed class S3Download : ComparedDownload, IDisposable
{
    private const string Bucket = "bench";
    private readonly HttpClient http;
    private readonly string endpoint;
    private readonly AWSCredentials keys;
    private readonly AmazonS3Client client;

    private S3Download(HttpClient http, Uri server)
    {
        this.http = http;
        endpoint = $"{server.Scheme}://{server.Authority}";
        keys = new BasicAWSCredentials(server.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);
        client = new AmazonS3Client(
            keys,
            new AmazonS3Config { ServiceURL = endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1", RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED });
    }

    protected override string CurlUrl => client.GetPreSignedURL(
        new GetPreSignedUrlRequest { BucketName = Bucket, Key = "large", Expires = TimeProvider.System.GetUtcNow().AddHours(1).UtcDateTime, Protocol = Amazon.S3.Protocol.HTTP });

    /// <summary>Puts the objects there; null without a server.</summary>
    public static async Task<S3Download?> TryStartAsync(HttpClient http, string variable)
    {
        if (!Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var server))
        {
            Console.Error.WriteLine($"Skipped: {variable} names no S3 server; bench/run.sh starts radosgw where it can be installed.");
            return null;
        }

        var download = new S3Download(http, server);
        await download.client.PutBucketAsync(Bucket);
        foreach (var (name, megabytes) in new[] { ("small", SmallMegabytes), ("large", LargeMegabytes) })
        {
            using var content = new MemoryStream();
            Write(content, megabytes);
            content.Position = 0;
            await download.client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = name, InputStream = content, UseChunkEncoding = false });
        }

        return download;
    }

    public void Dispose() => client.Dispose();

    protected override IInputSource SourceOver(InputCache cache) =>
        new S3InputSource(http, cache, () => Task.FromResult(new S3Keys(keys, AreStatic: true, "bench")), new S3InputOptions(), TimeProvider.System);

    protected override SpecConfig InputOf(bool isLarge) => Spec.Of("s3", ("Bucket", Bucket), ("Key", isLarge ? "large" : "small"), ("Endpoint", endpoint), ("Region", "us-east-1"));
}
