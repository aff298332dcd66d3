using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Output;

/// <summary>Writes single YAML values with the quotes that the reference uses.</summary>
internal static partial class YamlScalar
{
    private const string FirstForbidden = "#,[]{}&*!|>'\"%@`";

    /// <summary>A text in one line, quoted if it would be read as something else.</summary>
    public static string Quote(string text)
    {
        if (ReadsAsOther(text))
            return DoubleQuoted(text);
        if (IsPlain(text))
            return text;
        return text.Any(NeedsEscape) ? DoubleQuoted(text) : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    /// <summary>Whether a text is best written over several lines.</summary>
    public static bool IsBlock(string text) => text.Contains('\n', StringComparison.Ordinal) && !text.EndsWith(' ') && !text.Any(character => character != '\n' && NeedsEscape(character));

    /// <summary>A text over several lines, from the bar to the last line without its line end.</summary>
    public static string Block(string text, int indent)
    {
        var header = new StringBuilder("|");
        if (text[0] is ' ' or '\n')
            header.Append('2');
        header.Append(!text.EndsWith('\n') ? "-" : text.Length == 1 || text.EndsWith("\n\n", StringComparison.Ordinal) ? "+" : "");
        var body = text.EndsWith('\n') ? text[..^1] : text;
        foreach (var line in body.Split('\n'))
            header.Append('\n').Append(line.Length == 0 ? "" : new string(' ', indent) + line);
        return header.ToString();
    }

    private static bool IsPlain(string text) =>
        !FirstForbidden.Contains(text[0], StringComparison.Ordinal)
        && !(text[0] is '-' or '?' or ':' && (text.Length == 1 || text[1] == ' '))
        && text[0] != ' ' && text[^1] is not ' ' and not ':'
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
        && !text.StartsWith("---", StringComparison.Ordinal) && !text.StartsWith("...", StringComparison.Ordinal)
        && !text.Any(NeedsEscape);

    private static bool NeedsEscape(char character) => character is < ' ' or '\u007f' or '\u0085' or '\u2028' or '\u2029' or '\ufeff';

    private static bool ReadsAsOther(string text) => OtherPattern().IsMatch(text);

    private static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\e' => "\\e",
                _ when NeedsEscape(character) => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)character:X2}"),
                _ => character.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>What YAML 1.1 reads as nothing, a truth value, a number or a time.</summary>
    [GeneratedRegex(
        @"^(|~|null|Null|NULL|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE|<<"
        + @"|[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9][0-9_]*)|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
        + @"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
        + @"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]\s*[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?\s*(Z|[-+][0-9:]+)?)?)$")]
    private static partial Regex OtherPattern();
}
