using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Publishers.S3;

/// <summary>Says where a result lies in the words of an S3 input, all of them, as the reference does: a job can read it (spec: engines-storage-publishers.md §5.1).</summary>
internal static class S3Result
{
    private static readonly JsonElement _everything = JsonElement.Parse("""{"DateFormat":"","EndIndex":0,"Pattern":"","StartIndex":0,"Type":""}""");

    /// <summary>The result.</summary>
    /// <param name="target">Where it lies.</param>
    /// <param name="version">Version of the archive; empty for none.</param>
    /// <param name="metadata">What it is made of.</param>
    public static PublishedResult Of(S3Target target, string version, ResultMetadata metadata)
    {
        var (endpoint, region) = target.Bucket.Place;
        (string Name, string Value)[] texts =
        [
            ("Bucket", target.Bucket.Name), ("ChecksumSHA256", ""), ("Endpoint", endpoint?.AbsoluteUri.TrimEnd('/') ?? ""), ("Filter", ""), ("Key", target.Key),
            ("Region", region), ("VersionID", version),
        ];
        return new PublishedResult
        {
            Type = PublisherTypes.S3,
            Params = texts.ToImmutableSortedDictionary(text => text.Name, text => ParamText.Of(text.Value), StringComparer.Ordinal)
                .Add("Partition", _everything),
            Metadata = metadata,
        };
    }
}
