using System.Text;
using System.Text.RegularExpressions;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>
/// Fills values into the text of a job: <c>{{.name}}</c>, with <c>-</c> to take blanks away on a side, and <c>{{/* comment */}}</c>. Other actions of
/// the reference's template language are refused with words.
/// </summary>
internal static class JobTemplate
{
    private const string Open = "{{";
    private const string Close = "}}";

    /// <summary>Values by flag and environment.</summary>
    public static readonly Flag<System.Collections.Immutable.ImmutableSortedDictionary<string, string>> Values =
        Flags.Pairs("template-vars", "Value for the job's template, as name=value; may be repeated", 'V');

    /// <summary>Which environment variables are values.</summary>
    public static readonly Flag<string> Environment = Flags.Text("template-envs", "Pattern of environment variables that become values of the template; * for all", 'E');

    /// <summary>Whether the text is taken as it is.</summary>
    public static readonly Flag<bool> Off = Flags.Bool("no-template", "Do not fill values into the job");

    /// <summary>The text with all values filled in.</summary>
    /// <exception cref="CliException">A value is missing, or an action is not understood.</exception>
    public static string Fill(Invocation invocation, string text)
    {
        var values = ValuesOf(invocation);
        if (!text.Contains(Open, StringComparison.Ordinal))
            return text;
        var filled = new StringBuilder(text.Length);
        var position = 0;
        while (text.IndexOf(Open, position, StringComparison.Ordinal) is var start and >= 0)
        {
            var end = text.IndexOf(Close, start, StringComparison.Ordinal);
            if (end < 0)
                throw Invalid($"failed to parse template: line {LineOf(text, start)}: unclosed action: '{{{{' without '}}}}'");
            var action = text[(start + Open.Length)..end];
            var before = text.AsSpan(position, start - position);
            filled.Append(action.StartsWith("- ", StringComparison.Ordinal) ? before.TrimEnd() : before);
            filled.Append(ValueOf(action.TrimStart('-').TrimEnd('-').Trim(), values, LineOf(text, start)));
            position = end + Close.Length;
            while (action.EndsWith(" -", StringComparison.Ordinal) && position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
        }
        return filled.Append(text, position, text.Length - position).ToString();
    }

    private static string ValueOf(string action, SortedDictionary<string, string> values, int line)
    {
        if (action.StartsWith("/*", StringComparison.Ordinal) && action.EndsWith("*/", StringComparison.Ordinal))
            return "";
        if (action.Length < 2 || action[0] != '.' || !action.AsSpan(1).ContainsAny(Name) || action.AsSpan(1).ContainsAnyExcept(Name))
        {
            throw Invalid(
                $"failed to parse template: line {line}: '{{{{{action}}}}}' is not understood: only values such as {{{{.name}}}} are filled in");
        }
        return values.TryGetValue(action[1..], out var value)
            ? value
            : throw Invalid($"failed to execute template: line {line}: <{action}>: map has no entry for key \"{action[1..]}\"");
    }

    private static readonly System.Buffers.SearchValues<char> Name =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private static SortedDictionary<string, string> ValuesOf(Invocation invocation)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (invocation.Get(Environment) is { Length: > 0 } pattern)
        {
            var wanted = Pattern(pattern);
            foreach (var name in invocation.Host.VariableNames().Where(name => wanted.IsMatch(name)))
                values[name] = invocation.Host.Variable(name) ?? "";
        }
        foreach (var (name, value) in invocation.Get(Values))
            values[name] = value;
        return values;
    }

    private static Regex Pattern(string pattern)
    {
        try
        {
            return new Regex(pattern == "*" ? ".*" : pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException problem)
        {
            throw new CliException($"failed to create template parser: failed to compile environment variable pattern: {problem.Message}");
        }
    }

    private static int LineOf(string text, int position) => text.AsSpan(0, position).Count('\n') + 1;

    private static CliException Invalid(string message) => new(
        JobFileCheck.Invalid + ": " + message, "Give values with -V name=value, or switch templates off with --no-template");
}
