using System.Net.Http.Headers;

namespace Bacalhau.Compute.Inputs.Url;

/// <summary>The name that a program finds a downloaded file under (spec: engines-storage-publishers.md §4.2). It never leads out of its folder.</summary>
internal static class UrlFileName
{
    private const string Unnamed = "download";
    private const int MostBytes = 200;

    /// <summary>The name.</summary>
    /// <param name="last">The URL that gave the content, after all redirects.</param>
    /// <param name="disposition">What the server says of the content, which counts only after a redirect; null for nothing.</param>
    /// <param name="wasRedirected">Whether the URL is another than the job's.</param>
    public static string Of(Uri last, ContentDispositionHeaderValue? disposition, bool wasRedirected)
    {
        var said = wasRedirected ? BaseName(disposition?.FileNameStar ?? disposition?.FileName?.Trim('"')) : "";
        var segment = last.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return said.Length > 0 ? said : BaseName(Uri.UnescapeDataString(segment)) is { Length: > 0 } own ? own : Unnamed;
    }

    private static string BaseName(string? name)
    {
        var bare = (name ?? "").Split('/', '\\')[^1].Trim();
        var isUsable = bare is not ("." or "..") && !bare.Any(char.IsControl) && System.Text.Encoding.UTF8.GetByteCount(bare) <= MostBytes;
        return isUsable ? bare : "";
    }
}
