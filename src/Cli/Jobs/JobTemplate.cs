using System.Text;
using System.Text.RegularExpressions;

namespace Bacalhau.Cli.Jobs;

/// <summary>
/// Job files are templates: <c>{{.name}}</c> stands for a value given with <c>--template-vars</c> or taken from the environment. Of the Go
/// template language, that is the whole of what is taken, with comments and the trimming of blanks (<c>{{-</c>, <c>-}}</c>).
/// </summary>
internal static partial class JobTemplate
{
    /// <summary>Fills the values in.</summary>
    /// <exception cref="CliException">The text is no such template, or a value is missing; the message says in which line.</exception>
    public static string Expand(string text, IReadOnlyDictionary<string, string> values)
    {
        var filled = new StringBuilder();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                throw Bad(text, open, "\"{{\" is not closed");
            }

            var action = text[(open + 2)..close];
            var before = text[at..open];
            var (trimsBefore, trimsAfter) = (TrimBefore().IsMatch(action), TrimAfter().IsMatch(action));
            filled.Append(trimsBefore ? before.TrimEnd() : before);
            var inner = action[(trimsBefore ? 1 : 0)..^(trimsAfter ? 1 : 0)].Trim();
            filled.Append(Value(text, open, inner, values));
            at = close + 2;
            while (trimsAfter && at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    private static string Value(string text, int at, string action, IReadOnlyDictionary<string, string> values)
    {
        if (Comment().IsMatch(action))
        {
            return "";
        }

        if (Field().Match(action) is not { Success: true } field)
        {
            throw Bad(text, at, $"\"{{{{{action}}}}}\" is not understood: only names such as \"{{{{.name}}}}\" are");
        }

        var name = field.Groups["name"].Value;
        return values.TryGetValue(name, out var value) ? value : throw Bad(text, at, $"there is no value for \"{name}\"", $"Give it with -V {name}=VALUE.");
    }

    private static CliException Bad(string text, int at, string problem, string hint = "If the file is no template, say --no-template.") =>
        new($"the job provided is invalid: line {text.AsSpan(0, at).Count('\n') + 1}: {problem}", hint);

    [GeneratedRegex(@"^\.(?<name>[\p{L}_][\p{L}\p{Nd}_]*)$")]
    private static partial Regex Field();

    [GeneratedRegex(@"^/\*.*\*/$", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^-\s")]
    private static partial Regex TrimBefore();

    [GeneratedRegex(@"\s-$")]
    private static partial Regex TrimAfter();
}
