using System.Text.Json;

namespace Bacalhau.Protocol.Tests.Recorded;

/// <summary>One recorded request to put a job.</summary>
internal sealed record RecordedJob(string Case, JsonElement Document)
{
    public JsonElement Job => Document.GetProperty("job");

    public JsonElement Stored => Document.GetProperty("stored");

    public string Message => Document.GetProperty("message").GetString()!;

    public string Component => Document.GetProperty("component").GetString()!;

    public int WarningCount => Document.GetProperty("warnings").GetArrayLength();

    /// <summary>Lines of the recorded message.</summary>
    public int LineCount => Message.Split(" | ").Length;

    public static RecordedJob Refused(string name) => All("refused-jobs.json").Single(job => job.Case == name);

    public static RecordedJob Accepted(string name) => All("accepted-jobs.json").Single(job => job.Case == name);

    public static IEnumerable<string> RefusedNames() => All("refused-jobs.json").Select(job => job.Case);

    public static IEnumerable<string> AcceptedNames() => All("accepted-jobs.json").Select(job => job.Case);

    private static List<RecordedJob> All(string file)
    {
        using var stream = typeof(RecordedJob).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd().Replace("<allowed-dir>", "/allowed-dir", StringComparison.Ordinal).Replace("<port>", "22080", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(element => new RecordedJob(element.GetProperty("case").GetString()!, element.Clone()))];
    }
}
