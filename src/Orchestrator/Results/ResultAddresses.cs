using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Results;

/// <summary>
/// Gives clients without credentials addresses of results in buckets, good for a while (spec: engines-storage-publishers.md §5.2). What a node says of a place counts only
/// where the job itself has named it: with the orchestrator's credentials nobody is to read what no job of theirs has written.
/// </summary>
internal sealed class ResultAddresses(ResultOptions options)
{
    private const string Signed = "s3PreSigned";
    private const string ArchiveEnding = ".tar.gz";

    /// <summary>The place of a managed result is nobody's business; the reference shows it empty.</summary>
    private static readonly JsonElement _nowhere = JsonElement.Parse(
        """
        {"Bucket":"","ChecksumSHA256":"","Endpoint":"","Filter":"","Key":"",
        "Partition":{"DateFormat":"","EndIndex":0,"Pattern":"","StartIndex":0,"Type":""},"Region":"","VersionID":""}
        """);

    /// <summary>The result as it is listed: with an address where there can be one, else as it was published.</summary>
    /// <exception cref="ObjectStoreException">The orchestrator's settings for S3 cannot be used.</exception>
    public async Task<PublishedResult> AddressedAsync(StoredJob job, StoredResult stored, CancellationToken cancellation)
    {
        var result = stored.Result;
        if (IsOf(result, PublisherTypes.S3Managed) && options.Managed is { } managed)
        {
            return With(result, await managed.SignAsync(job.Id, stored.Execution, cancellation), isManaged: true);
        }

        return FindPlace(job, result) is { } place && place.Key.EndsWith(ArchiveEnding, StringComparison.Ordinal) && options.Signer is { } signer
            ? With(result, await signer.SignAsync(place, ObjectUse.Get, options.Expiration, cancellation), isManaged: false)
            : result;
    }

    /// <summary>The files of a result that lies file by file in a bucket, each with an address; null if it is none, or none can be given.</summary>
    /// <exception cref="ObjectStoreException">The bucket cannot be read.</exception>
    public async Task<ImmutableArray<AddressedFileView>?> FilesAsync(StoredJob job, PublishedResult result, CancellationToken cancellation)
    {
        if (options.Signer is not { } signer || FindPlace(job, result) is not { } place || !place.Key.EndsWith('/')
            || await signer.ListAsync(place, options.MostFiles, cancellation) is not { } found)
        {
            return null;
        }

        // What else lies there is not for those who may see this result.
        var own = result.Metadata is { } made && made.Files == made.Listed.Length ? made.Listed.Select(file => file.Path).ToHashSet(StringComparer.Ordinal) : null;
        var files = ImmutableArray.CreateBuilder<AddressedFileView>(found.Count);
        foreach (var item in found.Where(item => own is null || own.Contains(item.Key[place.Key.Length..])))
        {
            var address = await signer.SignAsync(place with { Key = item.Key }, ObjectUse.Get, options.Expiration, cancellation);
            files.Add(new AddressedFileView(item.Key[place.Key.Length..], item.Bytes, address?.AbsoluteUri ?? ""));
        }

        return files.ToImmutable();
    }

    /// <summary>Where a result of the publisher <c>s3</c> lies; null if it is none, or lies where its job has not named.</summary>
    private static ObjectPlace? FindPlace(StoredJob job, PublishedResult result)
    {
        if (!IsOf(result, PublisherTypes.S3) || S3InputParams.Read(new SpecConfig { Type = result.Type, Params = result.Params }).Value is not { } place)
        {
            return null;
        }

        var named = SpecDocument.Of(job.Spec).Read().Tasks.Select(task => task.Publisher).OfType<SpecConfig>().Select(publisher => S3PublisherParams.Read(publisher).Value);
        return named.Any(publisher => publisher is not null && publisher.MayLieAt(place.Endpoint, place.Bucket, place.Key))
            ? new ObjectPlace(place.Endpoint, place.Region, place.Bucket, place.Key)
            : null;
    }

    private static PublishedResult With(PublishedResult result, Uri? address, bool isManaged) => address is null ? result : result with
    {
        Type = Signed,
        Params = ImmutableSortedDictionary<string, JsonElement>.Empty.WithComparers(StringComparer.Ordinal)
            .Add("Managed", JsonElement.Parse(isManaged ? "true" : "false"))
            .Add("PreSignedURL", JsonSerializer.SerializeToElement(address.AbsoluteUri, ApiJson.Results.String))
            .Add("SourceSpec", isManaged ? _nowhere : JsonSerializer.SerializeToElement(result.Params, ApiJson.Results.ImmutableSortedDictionaryStringJsonElement)),
    };

    private static bool IsOf(PublishedResult result, string type) => string.Equals(result.Type, type, StringComparison.OrdinalIgnoreCase);
}
