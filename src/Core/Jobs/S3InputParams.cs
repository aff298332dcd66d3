using System.Text.RegularExpressions;

namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the input source <c>s3</c>: an object, or all beneath a prefix (spec: engines-storage-publishers.md §4.1).</summary>
public sealed record S3InputParams
{
    private const string Owner = "the S3 input";
    private const int ChecksumBytes = 32;
    private static readonly string[] _objectOnly = ["VersionID", "ChecksumSHA256"];

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Key of one object; a prefix if it is empty or ends in <c>/</c> or <c>*</c>.</summary>
    public required string Key { get; init; }

    /// <summary>Regular expression, not anchored, that the rest of a key after the prefix must match; empty for all. It does not concern one object.</summary>
    public required string Filter { get; init; }

    /// <summary>The region; empty for the node's own.</summary>
    public required string Region { get; init; }

    /// <summary>Address of the service; null for AWS, or what the node uses instead.</summary>
    public required Uri? Endpoint { get; init; }

    /// <summary>Version of the object; empty for the newest.</summary>
    public required string VersionId { get; init; }

    /// <summary>SHA-256 that the object must have, lower-case hex; empty for any.</summary>
    public required string Sha256 { get; init; }

    /// <summary>How objects are divided over the executions of a job.</summary>
    public required S3Partition Partition { get; init; }

    /// <summary>Whether the key is a prefix.</summary>
    public bool IsPrefix => Key.Length == 0 || Key[^1] is '/' or '*';

    /// <summary>What all keys begin with.</summary>
    public string Prefix => Key.EndsWith('*') ? Key[..^1] : Key;

    /// <summary>A regular expression as in the reference, which has none that could take for ever.</summary>
    public static Regex Expression(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<S3InputParams> Read(SpecConfig config, string path = "Source")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, Owner, problems);
        var read = new S3InputParams
        {
            Bucket = S3PlaceParams.ReadBucket(reader, Owner),
            Key = reader.Text("Key") ?? "",
            Filter = ReadExpression(reader, "Filter"),
            Region = S3PlaceParams.ReadRegion(reader, Owner),
            Endpoint = S3PlaceParams.ReadEndpoint(reader, Owner),
            VersionId = reader.Text("VersionID") ?? "",
            Sha256 = ReadChecksum(reader),
            Partition = S3Partition.Read(reader),
        };
        return new Parsed<S3InputParams>(problems.IsEmpty ? read : null, problems.ToImmutable(), [.. reader.Unknown(), .. Ignored(read, config, path)]);
    }

    /// <summary>Reads a regular expression; empty when not given or when it is none, which is reported.</summary>
    internal static string ReadExpression(ParamReader reader, string name)
    {
        var pattern = reader.Text(name) ?? "";
        try
        {
            _ = Expression(pattern);
            return pattern;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            reader.Report(name, $"{Owner}'s {name} '{pattern}' is no regular expression: {exception.Message}", "correct it; look-around and back references are not possible");
            return "";
        }
    }

    private static string ReadChecksum(ParamReader reader)
    {
        var text = reader.Text("ChecksumSHA256") ?? "";
        var bytes = new byte[ChecksumBytes];
        if (text.Length == 0 || (Convert.TryFromBase64String(text, bytes, out var read) && read == ChecksumBytes))
        {
            return text.Length == 0 ? "" : Convert.ToHexStringLower(bytes);
        }

        reader.Report("ChecksumSHA256", $"{Owner}'s ChecksumSHA256 '{text}' is no SHA-256 of an object", "its 32 bytes in base64");
        return "";
    }

    /// <summary>A prefix has neither a version nor a digest.</summary>
    private static IEnumerable<SpecProblem> Ignored(S3InputParams read, SpecConfig config, string path) =>
        from name in _objectOnly
        where read.IsPrefix && config.Params.Any(given => string.Equals(given.Key, name, StringComparison.OrdinalIgnoreCase) && given.Value.ToString().Length > 0)
        select new SpecProblem($"{path}.Params.{name}", $"{Owner}'s {name} is for a single object, and the key '{read.Key}' is a prefix: ignored", "", SpecProblemCode.UnknownField);
}
