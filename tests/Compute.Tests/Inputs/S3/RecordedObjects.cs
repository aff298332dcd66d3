using Amazon.S3;
using Amazon.S3.Model;
using Bacalhau.TestKit.S3;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>A bucket of its own on the real server, with the objects that the recording golden/engines/storage-s3.md was made with, and a second one with versions.</summary>
public sealed class RecordedObjects : RealS3, IAsyncLifetime
{
    public string Bucket { get; } = $"inb-{Guid.NewGuid():N}";

    public string Versioned { get; } = $"ver-{Guid.NewGuid():N}";

    /// <summary>Version of the older content of <c>f.txt</c>.</summary>
    public string FirstVersion { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (!IsThere)
        {
            return;
        }

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
        Dispose();
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
