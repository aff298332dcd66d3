using System.Globalization;
using System.Text.RegularExpressions;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>A result of an execution that can be fetched. Each kind of place is a record of its own, which <see cref="ResultDownload"/> knows how to fetch.</summary>
/// <param name="ExecutionId">The execution; empty if nobody says.</param>
/// <param name="Metadata">What the result is made of; null if nobody says.</param>
internal abstract partial record FetchableResult(string ExecutionId, ResultMetadataView? Metadata)
{
    /// <summary>The result that the API describes; null for a kind that is not fetched.</summary>
    /// <param name="item">What the API says.</param>
    /// <param name="index">Its place among the results of the job.</param>
    /// <exception cref="CliException">It has no address.</exception>
    public static FetchableResult? Of(PublishedResultView item, int index) => item.Type.ToLowerInvariant() switch
    {
        "urldownload" => FileBehindLink(item, "URL", isKeptByNode: true),
        "s3presigned" => FileBehindLink(item, "PreSignedURL", isKeptByNode: false),
        "s3" when item.ExecutionID is { Length: > 0 } execution && ParameterOf(item, "Key").EndsWith('/') => new BucketResult(execution, item.Metadata),
        IpfsResult.Type => IpfsResult.Of(item, index),
        _ => null,
    };

    /// <summary>Name of what is fetched, as a file or a folder.</summary>
    public abstract string FileName { get; }

    private static LinkedResult FileBehindLink(PublishedResultView item, string name, bool isKeptByNode)
    {
        var text = ParameterOf(item, name);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CliException($"the server names no usable address for a result: '{text}'");
        var execution = item.ExecutionID is { Length: > 0 } given ? given : ExecutionPattern().Match(address.AbsolutePath).Value;
        return new(address, isKeptByNode, execution, item.Metadata);
    }

    private static string ParameterOf(PublishedResultView item, string name) =>
        item.Params?.FirstOrDefault(parameter => parameter.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value.ToString() ?? "";

    [GeneratedRegex("e-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex ExecutionPattern();
}

/// <summary>One file behind an address, mostly an archive.</summary>
/// <param name="Address">The address.</param>
/// <param name="IsKeptByNode">Whether its node keeps it, so that the orchestrator can relay it.</param>
/// <param name="ExecutionId">The execution; empty if nobody says.</param>
/// <param name="Metadata">What the result is made of; null if nobody says.</param>
internal sealed record LinkedResult(Uri Address, bool IsKeptByNode, string ExecutionId, ResultMetadataView? Metadata) : FetchableResult(ExecutionId, Metadata)
{
    /// <summary>Name of the file; the secret part of its address is left out.</summary>
    public override string FileName
    {
        get
        {
            var file = ExecutionId.Length > 0 ? ExecutionId : Path.GetFileName(Address.AbsolutePath).Split('.')[0];
            return string.Create(CultureInfo.InvariantCulture, $"{Address.Host}_{Address.Port}_{file}{Ending}").Replace(':', '_');
        }
    }

    /// <summary>Whether it is an archive that can be unpacked.</summary>
    public bool IsArchive => Ending.Length > 0;

    private string Ending => Address.AbsolutePath.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) ? ".tar.gz"
        : Address.AbsolutePath.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) ? ".tgz" : "";
}

/// <summary>Files in a bucket, of which the orchestrator gives the addresses.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Metadata">What the result is made of; null if nobody says.</param>
internal sealed record BucketResult(string ExecutionId, ResultMetadataView? Metadata) : FetchableResult(ExecutionId, Metadata)
{
    /// <inheritdoc/>
    public override string FileName => ExecutionId;
}
