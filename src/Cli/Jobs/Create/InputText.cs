using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Cli.Configuration;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Reads an input as it is written on the command line (spec: cli-config.md §3.2).</summary>
internal static class InputText
{
    private const string DefaultTarget = "/inputs";
    private static readonly string[] _sourceKeys = ["source", "src"];
    private static readonly string[] _targetKeys = ["target", "dst", "destination"];

    /// <summary>The input.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static InputSource Parse(string text) => Parse(text, DefaultTarget);

    /// <summary>The input, with another target if the text names none.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static InputSource Parse(string text, string defaultTarget)
    {
        var record = OptionRecord.Parse(text, _sourceKeys, _targetKeys);
        var (uri, written) = record.Target.Length > 0 ? (record.Uri, record.Target) : Split(record.Uri);
        return new InputSource
        {
            Source = SourceOf(uri, record.Options),
            Alias = uri,
            Target = written.Length > 0 ? written : defaultTarget,
        };
    }

    /// <summary>Cuts a target off an address at the last colon, unless that colon comes before a port.</summary>
    private static (string Uri, string Target) Split(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return (text, "");
        var colon = text.LastIndexOf(':');
        if (colon <= scheme)
            return (text, "");
        var isPort = text.IndexOf('/', scheme + 3) is var slash && (slash < 0 || colon < slash) && colon + 1 < text.Length && char.IsAsciiDigit(text[colon + 1]);
        return isPort ? (text, "") : (text[..colon], text[(colon + 1)..]);
    }

    private static SpecConfig SourceOf(string text, ImmutableSortedDictionary<string, string> options)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is var end and >= 0 ? text[..end].ToLowerInvariant() : "";
        var rest = scheme.Length > 0 ? text[(scheme.Length + 3)..] : "";
        return scheme switch
        {
            "ipfs" => Config("ipfs", ParamJson.None.WithText("CID", rest.TrimEnd('/'))),
            "http" or "https" => Config("urlDownload", ParamJson.None.WithText("URL", WithFile(text))),
            "s3" => Config("s3", S3(rest, options)),
            "file" => Config("local", Local(rest, options)),
            "" => throw new FormatException($"'{text}' has no scheme: write ipfs://, http://, https://, s3:// or file://"),
            _ => throw new FormatException($"unsupported type: {scheme}"),
        };
    }

    private static SpecConfig Config(string type, ImmutableSortedDictionary<string, JsonElement> parameters) => new() { Type = type, Params = parameters };

    private static string WithFile(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.AbsolutePath.TrimEnd('/').Length > 0
        ? url
        : throw new FormatException("creating urlDownload storage spec: invalid url storage params: URL must end with a file name");

    private static ImmutableSortedDictionary<string, JsonElement> S3(string rest, ImmutableSortedDictionary<string, string> options)
    {
        var (bucket, key) = BucketAndKey(rest);
        var parameters = ParamJson.None.WithText("Bucket", bucket).WithText("Key", key);
        foreach (var (name, value) in options)
        {
            parameters = parameters.WithText(
                name.ToLowerInvariant() switch
                {
                    "endpoint" => "Endpoint",
                    "region" => "Region",
                    "versionid" or "version-id" or "version_id" => "VersionID",
                    "checksum-256" or "checksum256" or "checksum_256" => "ChecksumSHA256",
                    "filter" => "Filter",
                    _ => throw new FormatException($"unknown option {name} for s3"),
                },
                value);
        }
        return parameters;
    }

    /// <summary>Bucket and key of an S3 address without its scheme.</summary>
    /// <exception cref="FormatException">There is no bucket.</exception>
    public static (string Bucket, string Key) BucketAndKey(string rest)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? rest : rest[..slash];
        return bucket.Length > 0 ? (bucket, slash < 0 ? "" : rest[(slash + 1)..]) : throw new FormatException("the address names no bucket");
    }

    private static ImmutableSortedDictionary<string, JsonElement> Local(string path, ImmutableSortedDictionary<string, string> options)
    {
        var parameters = ParamJson.None.WithText("SourcePath", path);
        foreach (var (name, value) in options)
        {
            if (name.ToLowerInvariant() is not ("rw" or "read-write" or "read_write" or "readwrite"))
                throw new FormatException($"unknown option {name} for file");
            parameters = ConfigText.TryParseFlag(value, out var writes)
                ? parameters.SetItem("ReadWrite", ParamJson.Flag(writes))
                : throw new FormatException($"option {name} must be true or false, not {value}");
        }
        return parameters;
    }
}
