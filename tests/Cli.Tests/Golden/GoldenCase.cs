using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>A recorded run of the reference's command line.</summary>
internal sealed partial record GoldenCase(
    string Name,
    ImmutableArray<string> Arguments,
    ImmutableSortedDictionary<string, string> Environment,
    string Input,
    int ExitCode,
    string Output,
    string Error)
{
    /// <summary>Whether only some rows of the output were recorded.</summary>
    public bool HasOnlySomeRows { get; private init; }

    /// <summary>Whether the output went to a terminal.</summary>
    public bool IsTerminal { get; private init; }

    /// <summary>Whether a person typed the input.</summary>
    public bool IsTyped { get; private init; }

    /// <summary>The signal that ended the command, such as <c>SIGINT</c>; empty for none.</summary>
    public string Signal { get; private init; } = "";

    /// <summary>What the command prints right before it is interrupted; null if it is not. The recordings waited for some seconds instead.</summary>
    public string? InterruptedAfter => Signal.Length == 0 && ExitCode != Hung ? null
        : ((string[])["tick", "line 0", "Running", "Submission", "j-"]).FirstOrDefault(text => Output.Contains(text, StringComparison.Ordinal)) ?? "tick";

    /// <summary>Exit code of a command that hung and was killed.</summary>
    private const int Hung = -1;

    /// <summary>Folder of the recordings in the repository.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Golden", "Recorded");

    /// <summary>Names of all recordings.</summary>
    public static IEnumerable<string> All => Directory.EnumerateFiles(Folder, "*.txt", SearchOption.AllDirectories)
        .Select(path => Path.ChangeExtension(Path.GetRelativePath(Folder, path), null).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Reads a recording.</summary>
    public static GoldenCase Read(string name)
    {
        var lines = File.ReadAllText(Path.Combine(Folder, name + ".txt")).Split('\n');
        var sections = new Dictionary<string, StringBuilder>();
        var current = new StringBuilder();
        foreach (var line in lines.Skip(2))
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
                sections[line.Split(' ')[1]] = current = new StringBuilder();
            else if (line != "<no newline at end>")
                current.Append(line).Append('\n');
        }
        var command = CommandPattern().Match(lines[0]).Groups["words"].Value;
        var words = Words(command);
        var environment = words.TakeWhile(word => VariablePattern().IsMatch(word)).ToList();
        return new(
            name,
            [.. words.Skip(environment.Count + 1)],
            environment.Select(word => word.Split('=', 2)).ToImmutableSortedDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal),
            sections.GetValueOrDefault("stdin")?.ToString() ?? Typed(sections.GetValueOrDefault("typed")?.ToString() ?? ""),
            int.TryParse(lines[1]["exit: ".Length..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture, out var code) ? code : Hung,
            sections.GetValueOrDefault("stdout")?.ToString() ?? "",
            sections.GetValueOrDefault("stderr")?.ToString() ?? "")
        {
            HasOnlySomeRows = lines[0].EndsWith("(only the rows shown of the CSV)", StringComparison.Ordinal),
            IsTerminal = lines.Contains("--- stdout (terminal)"),
            IsTyped = sections.ContainsKey("typed"),
            Signal = SignalPattern().Match(lines[1]).Value,
        };
    }

    /// <summary>What was typed, up to Ctrl+D.</summary>
    private static string Typed(string quoted) =>
        quoted.Trim('\n', '\'').Replace("\\n", "\n", StringComparison.Ordinal).Split("\\x04")[0];

    /// <summary>Splits a command as a shell does.</summary>
    private static List<string> Words(string command) =>
        [.. WordPattern().Matches(command).Select(match => QuotePattern().Replace(match.Value, quoted => quoted.Value[1..^1]))];

    [GeneratedRegex(@"^\$ (?<words>.*?)(  +(< )?\(.*\))?$")]
    private static partial Regex CommandPattern();

    [GeneratedRegex("SIG[A-Z]+")]
    private static partial Regex SignalPattern();

    [GeneratedRegex(@"^[A-Za-z_]\w*=")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"('[^']*'|""[^""]*""|[^\s'""])+")]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"'[^']*'|""[^""]*""")]
    private static partial Regex QuotePattern();
}
