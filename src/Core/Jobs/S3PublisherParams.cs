using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bacalhau.Core.Jobs;

/// <summary>How results lie in a bucket.</summary>
public enum S3Encoding
{
    /// <summary>One object, a tar.gz.</summary>
    Gzip,

    /// <summary>One object for each file.</summary>
    Plain,
}

/// <summary>Parameters of the publisher <c>s3</c> (spec: engines-storage-publishers.md §5.1).</summary>
public sealed record S3PublisherParams
{
    private const string Owner = "the S3 publisher";
    private const string ArchiveEnding = ".tar.gz";

    /// <summary>Longest key of S3, in bytes of UTF-8.</summary>
    private const int MostKeyBytes = 1024;

    private static readonly ImmutableArray<string> _encodings = ["gzip", "plain"];

    /// <summary>The bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The key as it is written, with <c>{jobID}</c>, <c>{executionID}</c>, <c>{nodeID}</c>, <c>{date}</c> and <c>{time}</c>.</summary>
    public required string KeyTemplate { get; init; }

    /// <summary>The region; empty for the node's own.</summary>
    public required string Region { get; init; }

    /// <summary>Address of the service; null for AWS, or what the node uses instead.</summary>
    public required Uri? Endpoint { get; init; }

    /// <summary>One archive, or a file for each.</summary>
    public required S3Encoding Encoding { get; init; }

    /// <summary>Whether no two executions can have the same key.</summary>
    public bool IsOfOneExecution => KeyTemplate.Contains("{executionID}", StringComparison.Ordinal);

    /// <summary>The key of an execution's results: of the archive, or what the keys of all files begin with.</summary>
    /// <param name="job">The job.</param>
    /// <param name="execution">The execution.</param>
    /// <param name="node">The node that publishes.</param>
    /// <param name="at">When it began to publish; <c>{date}</c> and <c>{time}</c> are in UTC.</param>
    public string KeyOf(JobId job, ExecutionId execution, NodeId node, DateTimeOffset at)
    {
        var key = KeyTemplate
            .Replace("{jobID}", job.Value, StringComparison.Ordinal)
            .Replace("{executionID}", execution.Value, StringComparison.Ordinal)
            .Replace("{nodeID}", node.Value, StringComparison.Ordinal)
            .Replace("{date}", at.ToUniversalTime().ToString("yyyyMMdd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{time}", at.ToUniversalTime().ToString("HHmmss", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var ending = Encoding == S3Encoding.Plain ? "/" : ArchiveEnding;
        return key.EndsWith(ending, StringComparison.Ordinal) ? key : key + ending;
    }

    /// <summary>Whether results of the job may lie at a place. Where the job names no endpoint it is the node's own, which only the node knows.</summary>
    public bool MayLieAt(Uri? endpoint, string bucket, string key)
    {
        var begin = KeyTemplate.IndexOf('{', StringComparison.Ordinal) is >= 0 and var brace ? KeyTemplate[..brace] : KeyTemplate;
        return bucket == Bucket && (Endpoint is null || Endpoint == endpoint) && key.StartsWith(begin, StringComparison.Ordinal);
    }

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<S3PublisherParams> Read(SpecConfig config, string path = "Publisher")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, Owner, problems);
        var read = new S3PublisherParams
        {
            Bucket = S3PlaceParams.ReadBucket(reader, Owner),
            KeyTemplate = ReadKey(reader),
            Region = S3PlaceParams.ReadRegion(reader, Owner),
            Endpoint = S3PlaceParams.ReadEndpoint(reader, Owner),
            Encoding = ReadEncoding(reader),
        };
        return new Parsed<S3PublisherParams>(problems.IsEmpty ? read : null, problems.ToImmutable(), [.. reader.Unknown(), .. Shared(read, path)]);
    }

    private static string ReadKey(ParamReader reader)
    {
        var key = reader.RequiredText("Key", "such as results/{jobID}/{executionID}");
        if (System.Text.Encoding.UTF8.GetByteCount(key) > MostKeyBytes)
        {
            reader.Report("Key", $"{Owner}'s Key is longer than {MostKeyBytes} bytes", "shorten it", SpecProblemCode.TooLarge);
        }
        else if (key.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar))
        {
            reader.Report("Key", $"{Owner}'s Key has a control character, or one that is none", "take it out");
        }
        else if (key.Split('/').Any(part => part is "." or ".."))
        {
            // Some servers and most programs take them for folders, and look elsewhere.
            reader.Report("Key", $"{Owner}'s Key '{key}' has the part . or ..", "take it out: a key is no path");
        }

        return key;
    }

    private static S3Encoding ReadEncoding(ParamReader reader)
    {
        var text = reader.Text("Encoding") ?? "";
        if (text.Length > 0 && !_encodings.Contains(text))
        {
            reader.Report("Encoding", $"{Owner} has the unknown Encoding '{text}'", "gzip, or plain, in lower case");
        }

        return text == "plain" ? S3Encoding.Plain : S3Encoding.Gzip;
    }

    private static IEnumerable<SpecProblem> Shared(S3PublisherParams read, string path) => read.IsOfOneExecution || string.IsNullOrWhiteSpace(read.KeyTemplate)
        ? []
        :
        [
            new SpecProblem(
                $"{path}.Params.Key",
                $"{Owner}'s Key '{SpecProblems.Shorten(read.KeyTemplate)}' does not hold {{executionID}}: executions may overwrite each other's results",
                "write {executionID} into it"),
        ];
}
