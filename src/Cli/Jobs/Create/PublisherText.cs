using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Reads a publisher as it is written on the command line (spec: cli-config.md §3.3).</summary>
internal static class PublisherText
{
    private static readonly string[] _keys = ["target", "dst", "destination"];

    /// <summary>The publisher.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static SpecConfig Parse(string text)
    {
        var record = OptionRecord.Parse(text, _keys, []);
        var end = record.Uri.IndexOf("://", StringComparison.Ordinal);
        var type = (end < 0 ? record.Uri : record.Uri[..end]).ToLowerInvariant();
        return type switch
        {
            "ipfs" or "local" or "s3managed" => new SpecConfig { Type = type },
            "s3" => S3(end < 0 ? "" : record.Uri[(end + 3)..], record),
            _ => throw new FormatException($"unknown publisher type: {type}"),
        };
    }

    private static SpecConfig S3(string rest, OptionRecord record)
    {
        var (bucket, key) = InputText.BucketAndKey(rest);
        var parameters = ParamJson.None.WithText("bucket", bucket).WithText("key", key);
        foreach (var (name, value) in record.Options)
            parameters = parameters.WithText(name, value);
        return new SpecConfig { Type = "s3", Params = parameters };
    }
}
