namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the input source <c>urlDownload</c>: one file behind a URL (spec: engines-storage-publishers.md §4.2).</summary>
/// <param name="Url">The URL, http or https; a user and password in it are sent to its own host only.</param>
public sealed record UrlInputParams(Uri Url)
{
    private const string Hint = "such as URL: https://example.org/data.csv";

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<UrlInputParams> Read(SpecConfig config, string path = "Source")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, "the URL input", problems);
        var text = reader.RequiredText("URL", Hint).Trim();
        Uri? url = null;
        if (problems.IsEmpty && FindProblem(text, out url) is { } problem)
        {
            reader.Report("URL", $"the URL input's URL {problem}", Hint);
        }

        return new Parsed<UrlInputParams>(problems.IsEmpty ? new UrlInputParams(url!) : null, problems.ToImmutable(), [.. reader.Unknown()]);
    }

    private static string? FindProblem(string text, out Uri? url)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out url) || url.Host.Length == 0)
        {
            return $"'{text}' is none that names a host";
        }

        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
        {
            return $"has the scheme {url.Scheme}, and only http and https can be downloaded";
        }

        // The parser writes the path that is missing, which may be given as / too.
        return text.IndexOf('/', text.IndexOf("//", StringComparison.Ordinal) + 2) < 0 ? "has no path" : null;
    }
}
