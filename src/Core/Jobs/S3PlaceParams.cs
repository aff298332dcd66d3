using System.Text.RegularExpressions;

namespace Bacalhau.Core.Jobs;

/// <summary>Reads the parameters that say where objects are, which inputs and publishers share.</summary>
internal static partial class S3PlaceParams
{
    /// <summary>The bucket, which must be given.</summary>
    public static string ReadBucket(ParamReader reader, string owner) =>
        ReadName(reader, owner, "Bucket", BucketName(), reader.RequiredText("Bucket", "the name of the bucket"), "letters, digits, dots and hyphens");

    /// <summary>The region; empty for none.</summary>
    public static string ReadRegion(ParamReader reader, string owner) =>
        ReadName(reader, owner, "Region", RegionName(), reader.Text("Region") ?? "", "such as us-east-1");

    /// <summary>Address of the service; null for none.</summary>
    public static Uri? ReadEndpoint(ParamReader reader, string owner)
    {
        var text = (reader.Text("Endpoint") ?? "").Trim();
        if (text.Length == 0)
        {
            return null;
        }

        var isHttp = Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
        if (isHttp && url!.Host.Length > 0 && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
        {
            return url;
        }

        reader.Report("Endpoint", $"{owner}'s Endpoint is no http or https URL of a service, without user and query", "such as https://s3.example.org:9000");
        return null;
    }

    private static string ReadName(ParamReader reader, string owner, string name, Regex shape, string value, string hint)
    {
        if (value.Length > 0 && !string.IsNullOrWhiteSpace(value) && !shape.IsMatch(value))
        {
            reader.Report(name, $"{owner}'s {name} '{value}' cannot be one", hint);
        }

        return value;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\z")]
    private static partial Regex BucketName();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9-]{0,62}\z")]
    private static partial Regex RegionName();
}
