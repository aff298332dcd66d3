namespace Bacalhau.Cli.Parsing;

/// <summary>
/// Rewrites a command line so that System.CommandLine reads it as the reference does: words first, then each flag with its text behind <c>=</c>, then all
/// from <c>--</c> on. Left alone, the library takes the next word as text of a truth value (<c>--wait false</c>), a flag for no text of another
/// (<c>--name --wait=true</c>), the next word for an empty text (<c>--name= word</c>), and knows a command's flags only behind its name.
/// </summary>
internal static class NormalForm
{
    /// <summary>The arguments, rewritten.</summary>
    /// <param name="arguments">As they were typed.</param>
    /// <param name="flags">The flags of all commands by their names and letters, dashes included.</param>
    public static List<string> Of(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, Flag> flags)
    {
        List<string> words = [], given = [];
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (argument == "--")
                return [.. words, .. given, .. arguments.Skip(index)];
            if (argument.Length < 2 || argument[0] != '-')
            {
                words.Add(argument);
                continue;
            }
            while (IsTogether(argument) && flags.GetValueOrDefault(argument[..2]) is { ValueAlone: { } alone })
            {
                given.Add($"{argument[..2]}={alone}");
                argument = "-" + argument[2..];
            }
            if (IsTogether(argument) && flags.ContainsKey(argument[..2]))
                argument = $"{argument[..2]}={argument[2..]}";
            else if (flags.GetValueOrDefault(argument) is { } flag && (flag.ValueAlone ?? arguments.ElementAtOrDefault(++index)) is { } text)
                argument = $"{argument}={text}";
            if (argument.IndexOf('=', StringComparison.Ordinal) == argument.Length - 1)
                given.AddRange([argument[..^1], ""]);
            else
                given.Add(argument);
        }
        return [.. words, .. given];
    }

    /// <summary>Whether there is more behind a letter than its text after <c>=</c>.</summary>
    private static bool IsTogether(string argument) => argument.Length > 2 && argument[1] != '-' && argument[2] != '=';
}
