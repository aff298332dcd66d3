using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Tests.Golden;

/// <summary>Compares what is printed with what was recorded, prose aside.</summary>
internal static partial class GoldenText
{
    /// <summary>Whether the output is the recorded one.</summary>
    /// <param name="recorded">The stream as it was recorded.</param>
    /// <param name="printed">The stream as it is printed now.</param>
    public static bool Matches(string recorded, string printed) =>
        Regex.IsMatch(Normal(printed), PatternOf(Normal(Shown(recorded))), RegexOptions.Singleline, TimeSpan.FromSeconds(5));

    /// <summary>What is compared of a stream: no escape codes, no hints, none of the lines that the reference prints in a new data folder.</summary>
    public static string Normal(string text)
    {
        var lines = AnsiPattern().Replace(ErasedPattern().Replace(text, ""), "").Split('\n').Where(line => !NoisePattern().IsMatch(line)).ToList();
        var hint = lines.FindIndex(line => line.StartsWith("Hint:", StringComparison.Ordinal));
        if (hint >= 0)
            lines.RemoveRange(hint, lines.Count - hint);
        return string.Join('\n', lines.Select(line => line.TrimEnd())).Trim('\n');
    }

    /// <summary>A recorded stream with its escape codes.</summary>
    public static string Shown(string recorded) => recorded.Replace("\\e", "\e", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal);

    private static string PatternOf(string recorded)
    {
        var pattern = new StringBuilder(@"\A");
        var position = 0;
        foreach (Match placeholder in PlaceholderPattern().Matches(recorded))
        {
            pattern.Append(Regex.Escape(recorded[position..placeholder.Index])).Append(placeholder.Value switch
            {
                ['<', ..] => ".+?",
                ['v', ..] => @"v1\.9\.3(\+dotnet[.\w]*)?",
                ['a', ..] => "[0-9a-f]*",
                ['h', ..] or ['1', ..] or ['Y', ..] => @"[-0-9T:.Z ]+",
                _ => @"[-\w]+",
            });
            position = placeholder.Index + placeholder.Length;
        }
        return pattern.Append(Regex.Escape(recorded[position..])).Append(@"\z").ToString();
    }

    /// <summary>What stood in a line before it was erased.</summary>
    [GeneratedRegex(@"[^\n]*\e\[2K")]
    private static partial Regex ErasedPattern();

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|\r")]
    private static partial Regex AnsiPattern();

    [GeneratedRegex(@"^(Initializing repo at .*|Migrating repo to .*|Migration successful|Flag --\S+ has been deprecated.*|Profiles already exist.*)$")]
    private static partial Regex NoisePattern();

    [GeneratedRegex(@"<[^>\n]*>|v1\.9\.3|a{40}|1970-01-01Thh:mm:ssZ|YYYY-MM-DDThh:mm:ss[.n]*Z|YYYY-MM-DD hh:mm:ss|hh:mm:ss(\.mmm)?|[jen]-[123]0{5,6}\d{1,2}(-0000-4000-8000-0{12})?")]
    private static partial Regex PlaceholderPattern();
}
