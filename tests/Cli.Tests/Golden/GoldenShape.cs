using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Compares the shape of what is printed with a recording: headers of tables, keys of JSON and YAML, headings of descriptions, words of errors.</summary>
internal static partial class GoldenShape
{
    /// <summary>What is wrong; null if nothing is.</summary>
    public static string? Of(GoldenCase recorded, GoldenResult result, string rule)
    {
        var told = $"\n--- recorded (exit {recorded.ExitCode})\n{recorded.Output}--- errors\n{recorded.Error}\n--- now (exit {result.ExitCode})\n{result.Output}--- errors\n{result.Error}";
        var exitCode = rule switch { GoldenTable.Accepted => 0, GoldenTable.Refused => 1, _ => recorded.ExitCode };
        if (exitCode != result.ExitCode || (rule is GoldenTable.Accepted or GoldenTable.Refused && exitCode == recorded.ExitCode))
            return "another exit code" + told;
        if (exitCode != 0)
            return result.Error.Contains("Error: ", StringComparison.Ordinal) ? null : "no error is said" + told;
        if (rule == GoldenTable.Other)
            return null;
        var hasHeader = !recorded.Arguments.Contains("--hide-header");
        var missing = PartsOf(recorded.Output, hasHeader).Except(PartsOf(result.Output, hasHeader)).ToList();
        return missing.Count == 0 ? null : $"these parts are missing: {string.Join(", ", missing)}" + told;
    }

    /// <summary>What makes the shape of an output: the header of a table, if it has one, and names.</summary>
    private static List<string> PartsOf(string output, bool hasHeader)
    {
        // The recorded jobs often had been there before; here every case has jobs of its own.
        var text = IdPattern().Replace(GoldenText.Normal(GoldenText.Shown(output)), "ID").Replace("Job updated", "Job submitted", StringComparison.Ordinal);
        if (text.StartsWith('{') || text.StartsWith('['))
            return [.. KeysOf(JsonDocument.Parse(text.Split("\n\nTo fetch")[0]).RootElement, "").Distinct()];
        var lines = text.Split('\n');
        return
        [
            .. lines.Take(hasHeader ? 1 : 0).Where(line => !line.Contains(" = ", StringComparison.Ordinal) && !line.StartsWith('<')).Where(line => line.Contains("  ", StringComparison.Ordinal) || line.Contains(',', StringComparison.Ordinal)).Select(line => BlanksPattern().Replace(line.Trim(), "|")),
            .. lines.Select(line => EventPattern().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups["topic"]}: {match.Groups["event"]}"),
            .. lines.Select(line => SentencePattern().Match(line).Value).Where(sentence => sentence.Length > 0),
            .. lines.Select(line => NamePattern().Match(line).Groups["name"].Value).Where(name => name.Length > 0),
        ];
    }

    /// <summary>Paths of all values; what lies in parameters of an engine differs with the engine, and zeros are left out.</summary>
    private static IEnumerable<string> KeysOf(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => KeysOf(property.Value, $"{path}.{property.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => KeysOf(item, path + "[]")),
        _ => path.Contains(".Params", StringComparison.Ordinal) || path.Contains(".Labels", StringComparison.Ordinal) || path.Contains(".Meta", StringComparison.Ordinal)
            || path.EndsWith("SeqNum", StringComparison.Ordinal) ? [] : [path],
    };

    /// <summary>The name in front of a value or a list, and headings of descriptions.</summary>
    [GeneratedRegex(@"^(?<name>[A-Z][A-Za-z ]+?) *= |^(?<name>Summary|Job History|Executions|Standard Output)$|^(?<name>[A-Z]\w+):")]
    private static partial Regex NamePattern();

    /// <summary>An event of a job that is watched: its topic and the first words of what happened.</summary>
    [GeneratedRegex(@"\d\d:\d\d:\d\d\.\d{3} +(ID +)?(?<topic>Submission|Scheduling|Execution|State Update) +(?<event>\w+( \w+)?)|hh:mm:ss\.mmm +(ID +)?(?<topic>Submission|Scheduling|Execution|State Update) +(?<event>\w+( \w+)?)")]
    private static partial Regex EventPattern();

    /// <summary>The sentences that scripts look for.</summary>
    [GeneratedRegex("^((hello|oops|same|tick|hi|line 0)$|Results for job '.*' have been written to...|No results found|Job successfully submitted|Job stop successfully submitted|Job Results By Node:)")]
    private static partial Regex SentencePattern();

    [GeneratedRegex("[je]-[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")]
    private static partial Regex IdPattern();

    [GeneratedRegex(" {2,}")]
    private static partial Regex BlanksPattern();
}
