using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Bacalhau.Compute.Engines;

namespace Bacalhau.Compute.S3;

/// <summary>
/// Makes addresses of objects that are good for a while without credentials, for those who have none, and lists objects for them. Credentials are used only where a job's
/// own requests may use them.
/// </summary>
/// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
/// <param name="findKeys">Finds the credentials.</param>
/// <param name="options">This process's own place, and what jobs may use.</param>
/// <param name="clock">The clock.</param>
public sealed class S3Signer(HttpClient http, Func<Task<S3Keys>> findKeys, S3Options options, TimeProvider clock) : IDisposable
{
    private readonly JobBuckets buckets = new(http, findKeys, options);
    private readonly S3Attempts attempts = new(options, clock);

    /// <summary>An address; null where no credentials may be used.</summary>
    /// <param name="endpoint">The endpoint; null for this process's own.</param>
    /// <param name="region">The region; empty for this process's own.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="key">Key of the object.</param>
    /// <param name="method">What the address is for.</param>
    /// <param name="expiration">How long it is good.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EngineException">The settings for AWS cannot be used.</exception>
    public async Task<Uri?> SignAsync(Uri? endpoint, string region, string bucket, string key, HttpMethod method, TimeSpan expiration, CancellationToken cancellation)
    {
        var opened = await buckets.OpenAsync(bucket, endpoint, region, cancellation);
        if (opened.Identity.Length == 0)
        {
            return null;
        }

        var request = new GetPreSignedUrlRequest
        {
            BucketName = bucket,
            Key = key,
            Verb = method == HttpMethod.Put ? HttpVerb.PUT : method == HttpMethod.Delete ? HttpVerb.DELETE : HttpVerb.GET,
            Protocol = opened.Place.Endpoint?.Scheme == Uri.UriSchemeHttp ? Amazon.S3.Protocol.HTTP : Amazon.S3.Protocol.HTTPS,
            Expires = (clock.GetUtcNow() + expiration).UtcDateTime,
        };
        try
        {
            return new Uri(await opened.Client.GetPreSignedURLAsync(request).WaitAsync(cancellation));
        }
        catch (AmazonClientException exception)
        {
            throw S3Problems.BadNodeSettings(exception);
        }
    }

    /// <summary>The objects whose keys begin so, with their lengths in bytes; null where no credentials may be used.</summary>
    /// <param name="endpoint">The endpoint; null for this process's own.</param>
    /// <param name="region">The region; empty for this process's own.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="most">Most objects.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="EngineException">They cannot be listed, or there are more.</exception>
    public async Task<IReadOnlyList<(string Key, long Bytes)>?> ListAsync(
        Uri? endpoint, string region, string bucket, string prefix, int most, CancellationToken cancellation)
    {
        var opened = await buckets.OpenAsync(bucket, endpoint, region, cancellation);
        if (opened.Identity.Length == 0)
        {
            return null;
        }

        var found = new List<(string, long)>();
        for (var next = (string?)null; ;)
        {
            var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, ContinuationToken = next };
            var page = await attempts.RunAsync(opened, opened.Show(prefix), (_, cancel) => opened.Client.ListObjectsV2Async(request, cancel), () => 0, cancellation);
            found.AddRange((page.S3Objects ?? []).Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && !item.Key.EndsWith('/')).Select(item => (item.Key, item.Size ?? 0)));
            if (found.Count > most)
            {
                throw S3Problems.TooMany(opened.Show(prefix), $"{most} objects");
            }

            if (page.IsTruncated != true || page.NextContinuationToken is not { Length: > 0 } token || token == next)
            {
                return found;
            }

            next = token;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => buckets.Dispose();
}
