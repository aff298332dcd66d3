using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.S3.Model;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.S3;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Inputs.S3;

/// <summary>What an input is made of.</summary>
/// <param name="Items">The objects.</param>
/// <param name="Folder">Beginning of their keys that is no part of the files' names.</param>
internal sealed record S3Findings(IReadOnlyList<S3Item> Items, string Folder);

/// <summary>Finds the objects of an input: one, or those beneath a prefix.</summary>
internal sealed class S3Search(S3InputOptions options, S3Attempts attempts, JobBucket bucket, S3InputParams input, InputRequest request)
{
    private const int MostPages = 20_000;
    private const string FolderType = "application/x-directory";

    /// <summary>Finds them.</summary>
    /// <exception cref="EngineException">They are not there, or may not be fetched.</exception>
    public async Task<S3Findings> FindAsync(IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        if (input.IsPrefix)
        {
            var items = request.List is { } shared ? await ReadSharedAsync(shared, progress, cancellation) : await ListAsync(input.Prefix, progress, cancellation);
            return Divide(items, input.Prefix);
        }

        var head = await attempts.RunAsync(bucket, bucket.Show(input.Key), (_, cancel) => bucket.Client.GetObjectMetadataAsync(HeadRequest(), cancel), () => 0, cancellation);
        if (head.Headers.ContentType == FolderType)
        {
            return Divide(await ListAsync(input.Key, progress, cancellation), input.Key);
        }

        var item = new S3Item(input.Key, input.VersionId, head.ETag ?? "", head.ContentLength);
        return new S3Findings(IsMine(item, input.Key) ? [item] : [], FolderOf(input.Key));
    }

    private GetObjectMetadataRequest HeadRequest() => new()
    {
        BucketName = bucket.Name,
        Key = input.Key,
        VersionId = input.VersionId.Length > 0 ? input.VersionId : null,
    };

    /// <summary>What all executions of the job's version read.</summary>
    private async Task<IReadOnlyList<S3Item>> ReadSharedAsync(SharedList shared, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var list = await shared(async (shown, cancel) => S3ObjectList.Write(await ListAsync(input.Prefix, shown, cancel)), progress, cancellation);

        // Executions that waited for one list read it side by side, and not one after the other where it came.
        return await Task.Run(() => ReadShared(list), cancellation);
    }

    /// <summary>The list may come from another node: that it names nothing that the job does not ask for is seen to here.</summary>
    private IReadOnlyList<S3Item> ReadShared(byte[] list)
    {
        var items = S3ObjectList.Read(list, options.MostObjects, bucket.Show(input.Key));
        var filter = S3InputParams.Expression(input.Filter);
        return items.FirstOrDefault(item => item.Version.Length > 0 || !IsWanted(item.Key, input.Prefix, filter)) is { } other
            ? throw S3Problems.BadList(bucket.Show(input.Key), $"it names '{other.Key}', which the input does not ask for")
            : items;
    }

    private async Task<IReadOnlyList<S3Item>> ListAsync(string prefix, IProgress<ExecutionProgress> progress, CancellationToken cancellation)
    {
        var filter = S3InputParams.Expression(input.Filter);
        var items = new List<S3Item>();
        var (listed, next) = (0, (string?)null);
        for (var pages = 0; ; pages++)
        {
            var page = await ListPageAsync(prefix, next, cancellation);
            listed += page.S3Objects?.Count ?? 0;
            progress.Report(new ExecutionProgress("listing", listed, 0, "objects"));
            items.AddRange((page.S3Objects ?? []).Where(found => IsWanted(found.Key, prefix, filter)).Select(found => new S3Item(found.Key, "", found.ETag ?? "", found.Size ?? 0)));
            if (items.Count > options.MostObjects || listed > options.MostListed || pages > MostPages)
            {
                throw S3Problems.TooMany(bucket.Show(input.Key), Limit(items.Count > options.MostObjects));
            }

            if (page.IsTruncated != true)
            {
                // A folder that somebody has made and left empty is one.
                return items.Count > 0 || (listed > 0 && input.Filter.Length == 0) ? items : throw S3Problems.NothingFound(bucket.Show(input.Key), input.Filter);
            }

            next = page.NextContinuationToken is { Length: > 0 } token && token != next
                ? token
                : throw S3Problems.BrokeOff(bucket.Show(input.Key), "the server says that there is more, and not how to go on");
        }
    }

    private Task<ListObjectsV2Response> ListPageAsync(string prefix, string? next, CancellationToken cancellation)
    {
        var page = new ListObjectsV2Request { BucketName = bucket.Name, Prefix = prefix, ContinuationToken = next, MaxKeys = options.ListedAtOnce };
        return attempts.RunAsync(bucket, bucket.Show(prefix), (_, cancel) => bucket.Client.ListObjectsV2Async(page, cancel), () => 0, cancellation);
    }

    private static bool IsWanted(string key, string prefix, Regex filter) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && !key.EndsWith('/') && filter.IsMatch(key[prefix.Length..]);

    private S3Findings Divide(IReadOnlyList<S3Item> items, string prefix) => new([.. items.Where(item => IsMine(item, item.Key[prefix.Length..]))], FolderOf(prefix));

    private bool IsMine(S3Item item, string rest) => input.Partition.Of(item.Key, rest, request.PartitionCount) is not { } partition || partition == request.Partition;

    private string Limit(bool isOfFound) => isOfFound
        ? string.Create(CultureInfo.InvariantCulture, $"{options.MostObjects} objects")
        : string.Create(CultureInfo.InvariantCulture, $"{options.MostListed} objects to choose from");

    private static string FolderOf(string key) => key[..(key.LastIndexOf('/') + 1)];
}
