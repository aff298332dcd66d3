namespace Bacalhau.Core.Jobs;

/// <summary>Parameters of the input source <c>inline</c>: content written into the job as a data URL (spec: engines-storage-publishers.md §4.5).</summary>
/// <param name="Content">The decoded URL.</param>
public sealed record InlineInputParams(DataUrl Content)
{
    /// <summary>Whether the content is a tar.gz archive that becomes a folder; otherwise it is one file.</summary>
    public bool IsArchive => string.Equals(Content.MediaType, "application/gzip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the parameters; <paramref name="path"/> is where the config stands in the job.</summary>
    public static Parsed<InlineInputParams> Read(SpecConfig config, string path = "Source")
    {
        var problems = new SpecProblems();
        var reader = new ParamReader(config, path, "the inline input", problems);
        var url = reader.RequiredText("URL", "such as URL: data:,hello");
        DataUrl? content = null;
        if (problems.IsEmpty && !DataUrl.TryParse(url, out content, out var reason))
        {
            reader.Report("URL", $"the inline input's URL is no data URL: {reason}", "such as data:text/plain,hello or data:;base64,aGVsbG8=");
        }

        return new Parsed<InlineInputParams>(
            content is null ? null : new InlineInputParams(content), problems.ToImmutable(), [.. reader.Unknown()]);
    }
}
