using Amazon.Runtime;

namespace Bacalhau.Compute.S3;

/// <summary>Opens the buckets that jobs name, each with those of the node's credentials that may go there.</summary>
/// <param name="http">A client that follows no redirect by itself and reaches only what jobs may reach.</param>
/// <param name="findKeys">Finds the node's credentials.</param>
/// <param name="options">The node's own place, and what jobs may use.</param>
internal sealed class JobBuckets(HttpClient http, Func<Task<S3Keys>> findKeys, S3Options options) : IDisposable
{
    private readonly S3Clients clients = new(http);

    /// <summary>What is done with the objects of the buckets, in messages: "fetched", or "written".</summary>
    public string Done { get; init; } = "fetched";

    /// <summary>Opens a bucket; nothing is asked of its server yet.</summary>
    /// <param name="name">The bucket.</param>
    /// <param name="endpoint">The endpoint that the job names; null for none.</param>
    /// <param name="region">The region that the job names; empty for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Engines.EngineException">The node's settings for AWS cannot be read.</exception>
    public async Task<JobBucket> OpenAsync(string name, Uri? endpoint, string region, CancellationToken cancellation)
    {
        var place = S3Access.PlaceOf(options, endpoint, region);
        try
        {
            var own = await findKeys().WaitAsync(cancellation);
            var keys = S3Access.KeysFor(options, place, own);
            return new JobBucket(clients.Of(place, keys), place, name, keys.Identity, KeysWithheld: keys.AreNone && !own.AreNone) { Done = Done };
        }
        catch (Exception exception) when (exception is AmazonClientException or FormatException or ArgumentException or InvalidDataException or UnauthorizedAccessException)
        {
            throw S3Problems.BadNodeSettings(exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => clients.Dispose();
}
