using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>The services that hold data for jobs; a test that needs one that is not there is skipped.</summary>
internal sealed class TestServices : IDisposable
{
    private readonly List<string> files = [];

    /// <summary>Settings of nodes that use them.</summary>
    public static IReadOnlyList<string> Settings { get; } = ["Compute.AllowedHosts=127.0.0.1,localhost"];

    /// <summary>Environment variables of nodes that use them.</summary>
    public static (string Name, string? Value)[] Variables => !Uri.TryCreate(Environment.GetEnvironmentVariable("BACALHAU_TEST_S3"), UriKind.Absolute, out var s3) ? [] :
    [
        ("AWS_ACCESS_KEY_ID", s3.UserInfo.Split(':')[0]),
        ("AWS_SECRET_ACCESS_KEY", s3.UserInfo.Split(':')[1]),
        ("AWS_ENDPOINT_URL_S3", $"{s3.Scheme}://{s3.Authority}"),
        ("AWS_REGION", "us-east-1"),
    ];

    /// <summary>Puts a file on the web server.</summary>
    /// <returns>Its URL.</returns>
    public string WebFile(int bytes)
    {
        var name = $"{Guid.NewGuid()}.bin";
        files.Add(Path.Combine(ValueOf("BACALHAU_TEST_WEB_ROOT"), name));
        File.WriteAllBytes(files[^1], ContentOf(bytes));
        return $"{ValueOf("BACALHAU_TEST_WEB")}/{name}";
    }

    /// <summary>Puts an object into a new bucket of the S3 server.</summary>
    /// <returns>Parameters of an input that is it.</returns>
    public static async Task<(string Name, string Value)[]> S3ObjectAsync(int bytes)
    {
        var s3 = new Uri(ValueOf("BACALHAU_TEST_S3"));
        var keys = s3.UserInfo.Split(':');
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(keys[0], keys[1]),
            new AmazonS3Config
            {
                ServiceURL = $"{s3.Scheme}://{s3.Authority}",
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            });
        var bucket = string.Create(CultureInfo.InvariantCulture, $"e2e-{Guid.NewGuid():N}");
        await client.PutBucketAsync(bucket);
        using var content = new MemoryStream(ContentOf(bytes));
        await client.PutObjectAsync(new Amazon.S3.Model.PutObjectRequest { BucketName = bucket, Key = "data.bin", InputStream = content, UseChunkEncoding = false });
        return [("Bucket", bucket), ("Key", "data.bin")];
    }

    public void Dispose() => files.ForEach(File.Delete);

    /// <summary>Bytes that are the same for the same length.</summary>
    public static byte[] ContentOf(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        return content;
    }

    private static string ValueOf(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Assert.SkipWhen(string.IsNullOrEmpty(value), $"{variable} is not set: scripts/test.sh starts the service that it names");
        return value!;
    }
}
