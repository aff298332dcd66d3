using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Bacalhau.Compute.S3;

/// <summary>Where a job's objects are.</summary>
/// <param name="Endpoint">Address of the service; null for AWS.</param>
/// <param name="Region">The region.</param>
internal sealed record S3Place(Uri? Endpoint, string Region);

/// <summary>What a job may use of S3, and which of the node's credentials go where (design: Security, nodes as deputies).</summary>
internal static partial class S3Access
{
    /// <summary>Whether the node lets jobs use a bucket.</summary>
    public static bool IsAllowed(S3Options options, string bucket) =>
        options.Buckets.IsEmpty || options.Buckets.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, bucket, ignoreCase: false));

    /// <summary>Where a job's objects are.</summary>
    /// <param name="options">The node's own place.</param>
    /// <param name="endpoint">The endpoint that the job names; null for none.</param>
    /// <param name="region">The region that the job names; empty for none.</param>
    public static S3Place PlaceOf(S3Options options, Uri? endpoint, string region) => new(
        endpoint ?? options.Endpoint,
        region.Length > 0 ? region : options.Region.Length > 0 ? options.Region : S3Options.DefaultRegion);

    /// <summary>
    /// The credentials that go to a place. Those of a role or session open more than a bucket, so they go only to AWS itself and to the node's own endpoint; static keys
    /// also to one that a job names, unless the node's operator has forbidden it.
    /// </summary>
    public static S3Keys KeysFor(S3Options options, S3Place place, S3Keys keys) =>
        IsTrusted(options, place) || (keys.AreStatic && options.AllowJobEndpoints) ? keys : S3Keys.Anonymous;

    private static bool IsTrusted(S3Options options, S3Place place) =>
        place.Endpoint is not { } endpoint || IsSame(endpoint, options.Endpoint) || (endpoint.Scheme == Uri.UriSchemeHttps && endpoint.IsDefaultPort && AwsHost().IsMatch(endpoint.IdnHost));

    private static bool IsSame(Uri endpoint, Uri? own) =>
        own is not null && Uri.Compare(endpoint, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>S3 itself: other names in the domain of AWS belong to its customers.</summary>
    [GeneratedRegex(@"\As3(-fips)?([.-]dualstack)?([.-][a-z]{2}(-[a-z]+)+-[0-9])?\.amazonaws\.com(\.cn)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AwsHost();
}
