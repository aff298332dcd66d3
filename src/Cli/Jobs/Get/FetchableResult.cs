using System.Globalization;
using System.Text.RegularExpressions;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>A result of an execution that can be downloaded.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="ExecutionId">The execution, as the address names it; empty if it does not.</param>
internal sealed partial record FetchableResult(Uri Address, string ExecutionId)
{
    /// <summary>The result that the API describes; null for a kind that is not downloaded.</summary>
    /// <exception cref="CliException">It has no Address.</exception>
    public static FetchableResult? Of(PublishedResultView item)
    {
        var name = item.Type.ToLowerInvariant() switch
        {
            "urldownload" => "URL",
            "s3presigned" => "PreSignedURL",
            _ => null,
        };
        if (name is null)
            return null;
        var text = item.Params?.FirstOrDefault(parameter => parameter.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value.ToString() ?? "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CliException($"the server names no usable address for a result: '{text}'");
        return new(address, ExecutionPattern().Match(address.AbsolutePath).Value);
    }

    /// <summary>Name of the result's file; the secret part of its address is left out.</summary>
    public string FileName
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

    [GeneratedRegex("e-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex ExecutionPattern();
}
