using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Bacalhau.Compute.Tests.Recorded;

/// <summary>A job that was recorded at work, and how it ended.</summary>
internal sealed partial record RecordedCase(string File, string Name, string Yaml, string Body)
{
    /// <summary>Whether it was refused before anything ran.</summary>
    public bool WasRefusedAtSubmit => Body.StartsWith("Submit:", StringComparison.Ordinal);

    /// <summary>Whether it came to an end of its own, whatever the exit code.</summary>
    public bool WasCompleted => Body.StartsWith("Job: **Completed**", StringComparison.Ordinal);

    /// <summary>Cut and complete output, exit code.</summary>
    public (string Stdout, bool StdoutTruncated, string Stderr, bool StderrTruncated, int ExitCode) Output
    {
        get
        {
            using var json = JsonDocument.Parse(OutputPattern().Match(Body).Groups["json"].Value);
            var output = json.RootElement;
            return (
                Expand(output.GetProperty("Stdout").GetString()!, "Stdout"),
                output.GetProperty("StdoutTruncated").GetBoolean(),
                Expand(output.GetProperty("stderr").GetString()!, "stderr"),
                output.GetProperty("StderrTruncated").GetBoolean(),
                output.GetProperty("ExitCode").GetInt32());
        }
    }

    /// <summary>Length of each of the three files of every result, as far as they were recorded.</summary>
    public Dictionary<string, long> FileLengths => LengthPattern().Matches(Body).ToDictionary(
        match => match.Groups["name"].Value, match => long.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture));

    /// <summary>What was published, as JSON; null for nothing.</summary>
    public string? Result => ResultPattern().Match(Body) is { Success: true } match ? NodePattern().Replace(match.Groups["json"].Value, "<local-publisher>") : null;

    /// <summary>Members of the archive that was published, as far as they were recorded.</summary>
    public IReadOnlyList<string> Archive => RecordedArchive.Lines(ArchivePattern().Match(Body).Groups["list"].Value);

    /// <summary>Keys in the bucket, without that of a link: those are left out here.</summary>
    public IReadOnlyList<string> Objects
    {
        get
        {
            var list = ObjectsPattern().Match(Body).Groups["json"].Value;
            return list.Length == 0 ? [] : [.. JsonNode.Parse(list)!.AsArray().Select(item => (string)item![1]!).Where(key => !key.EndsWith("/link", StringComparison.Ordinal))];
        }
    }

    /// <summary>All cases of a recording.</summary>
    public static IEnumerable<RecordedCase> Read(string file)
    {
        var text = System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", file + ".md"));
        return CasePattern().Matches(text).Select(match => new RecordedCase(
            file, match.Groups["name"].Value, match.Groups["yaml"].Value, match.Groups["body"].Value.TrimStart()));
    }

    public override string ToString() => $"{File}/{Name}";

    /// <summary>Long texts stand below, with repetitions as <c>&lt;N times X&gt;</c> or <c>&lt;N lines X&gt;</c>.</summary>
    private string Expand(string text, string name)
    {
        if (!text.EndsWith("below>", StringComparison.Ordinal))
        {
            return text;
        }

        var block = Regex.Match(Body, $@"^{name}:\n\n```\n(?<text>.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline).Groups["text"].Value;
        block = TimesPattern().Replace(block, match => string.Concat(Enumerable.Repeat(match.Groups["text"].Value, Count(match))));
        return LinesPattern().Replace(block, match => string.Concat(Enumerable.Repeat(match.Groups["text"].Value + "\n", Count(match))));
    }

    private static int Count(Match match) => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^## (?<name>[^\n]+)\n\n```yaml\n(?<yaml>.*?)\n```\n(?<body>.*?)(?=^## |\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CasePattern();

    [GeneratedRegex(@"- RunOutput `(?<json>\{.*\})`")]
    private static partial Regex OutputPattern();

    [GeneratedRegex(@"- PublishedResult `(?<json>\{.*\})`")]
    private static partial Regex ResultPattern();

    [GeneratedRegex("<local-publisher-[0-9]>")]
    private static partial Regex NodePattern();

    [GeneratedRegex(@"^Archive as published:\n\n```\n(?<list>.*?)\n```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ArchivePattern();

    [GeneratedRegex(@"- objects in the bucket afterwards: `(?<json>\[.*?\])`")]
    private static partial Regex ObjectsPattern();

    [GeneratedRegex(@"^-\S+ 0:0 (?<name>stdout|stderr|exitCode) \((?<length>[0-9]+)\)", RegexOptions.Multiline)]
    private static partial Regex LengthPattern();

    [GeneratedRegex(@"<(?<count>[0-9]+) times (?<text>[^>]+)>")]
    private static partial Regex TimesPattern();

    [GeneratedRegex(@"<(?<count>[0-9]+) lines (?<text>[^>]+)>\n")]
    private static partial Regex LinesPattern();
}
