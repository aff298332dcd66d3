using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>
/// One object with the content that it had when it was found. Its tag is part of the key, so that what is known of the key is right without a question, and who finds the
/// object changed gets the change. What has no tag is nobody else's.
/// </summary>
internal sealed class S3Content(S3Attempts attempts, JobBucket bucket, S3Item item, S3PartRoom room, int mostParts) : IContent
{
    private readonly string untagged = $"{Guid.NewGuid()}";

    /// <inheritdoc/>
    public string Key => string.Join(
        '\n',
        "s3",
        bucket.Place.Endpoint?.AbsoluteUri ?? "",
        bucket.Place.Region,
        bucket.Name,
        bucket.Identity,
        item.Tag.Length > 0 ? item.Tag : untagged,
        Uri.EscapeDataString(item.Version),
        item.Key);

    /// <inheritdoc/>
    public string Location => LocationOf(bucket.Place, bucket.Name, item.Key);

    /// <summary>Location of an object, or of all whose keys begin so.</summary>
    public static string LocationOf(S3Place place, string bucket, string key) => string.Join('\n', "s3", place.Endpoint?.AbsoluteUri ?? "", place.Region, bucket, key);

    /// <inheritdoc/>
    public Task<Fetched> FetchAsync(PartialFile into, CacheEntry? known, IProgress<ExecutionProgress> progress, CancellationToken cancellation) =>
        known is not null && item.Tag.Length > 0 && known.Validators.Tag == item.Tag && known.Bytes == item.Bytes
            ? Task.FromResult(Fetched.Unchanged)
            : new S3Download(attempts, bucket, item, into, room, mostParts).RunAsync(progress, cancellation);

    /// <inheritdoc/>
    public EngineException TooLarge(long mostBytes) => S3Problems.TooLarge(bucket.Show(item.Key), mostBytes);
}
