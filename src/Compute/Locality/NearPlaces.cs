using System.Collections.Frozen;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;

namespace Bacalhau.Compute.Locality;

/// <summary>The endpoints, buckets and hosts whose data counts as being on the node (<c>Compute.Near</c>): <c>data.example.org</c>, <c>https://s3.example.org:9000</c>, <c>my-bucket</c>.</summary>
public sealed class NearPlaces(IEnumerable<string> places)
{
    private readonly FrozenSet<string> names = places.Select(NameOf).Where(name => name.Length > 0).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the data of a source is near.</summary>
    public bool Has(SpecConfig source) => names.Count > 0 && NamesOf(source).Any(names.Contains);

    private static IEnumerable<string> NamesOf(SpecConfig source)
    {
        if (source.Type == DataNeeds.UrlDigest)
        {
            return TextOf(source, "Host") is { Length: > 0 } host ? [host, host.Split(':')[0]] : [];
        }

        return source.Type.Trim().Equals("s3", StringComparison.OrdinalIgnoreCase) && S3InputParams.Read(source).Value is { } s3
            ? [s3.Bucket, .. s3.Endpoint is { } endpoint ? [endpoint.Authority, endpoint.Host] : Array.Empty<string>()]
            : [];
    }

    private static string TextOf(SpecConfig source, string name) => source.Params.TryGetValue(name, out var value) ? value.ToString() : "";

    /// <summary>Of an address its host and port, of a bucket its name.</summary>
    private static string NameOf(string place)
    {
        var text = place.Trim();
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Authority.Length > 0 ? address.Authority : text.TrimEnd('/');
    }
}
