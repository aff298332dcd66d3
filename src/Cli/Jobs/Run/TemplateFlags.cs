using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Flags that give values to the template of a job file.</summary>
internal static class TemplateFlags
{
    private static readonly Flag<ImmutableSortedDictionary<string, string>> _values =
        Flags.Pairs("template-vars", "Value for the job's template, as name=value; may be repeated", 'V');

    private static readonly Flag<string> _environment =
        Flags.Text("template-envs", "Pattern of environment variables that become values of the template; * for all", 'E');

    private static readonly Flag<bool> _off = Flags.Bool("no-template", "Do not fill values into the job");

    /// <summary>The flags.</summary>
    public static readonly ImmutableArray<Flag> All = [_values, _environment, _off];

    /// <summary>The text of a job with its values filled in, unless the flags say no.</summary>
    /// <exception cref="CliException">A value is missing, or the text is no template.</exception>
    public static string Fill(Invocation invocation, string text) => invocation.Get(_off) ? text : JobTemplate.Expand(text, ValuesOf(invocation));

    /// <summary>Values of the flags go before those of the environment.</summary>
    private static SortedDictionary<string, string> ValuesOf(Invocation invocation)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (invocation.Get(_environment) is { Length: > 0 } text)
        {
            var pattern = Pattern(text);
            foreach (var name in invocation.Host.VariableNames().Where(name => pattern.IsMatch(name)))
                values[name] = invocation.Host.Variable(name) ?? "";
        }
        foreach (var (name, value) in invocation.Get(_values))
            values[name] = value;
        return values;
    }

    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text == "*" ? ".*" : text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException problem)
        {
            throw new CliException($"failed to create template parser: failed to compile environment variable pattern: {problem.Message}");
        }
    }
}
