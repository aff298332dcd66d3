namespace Bacalhau.Cli;

/// <summary>Reads a <c>.env</c> file: lines <c>NAME=value</c>, with <c>export</c>, quotes and comments as shells have them.</summary>
internal static class DotEnvFile
{
    /// <summary>The file's variables; none if there is no such file.</summary>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return variables;
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()))
        {
            var text = line.StartsWith("export ", StringComparison.Ordinal) ? line["export ".Length..] : line;
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && text[0] != '#')
                variables[text[..equals].Trim()] = Unquote(text[(equals + 1)..].Trim());
        }
        return variables;
    }

    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] is '"' or '\'' && value.IndexOf(value[0], 1) is var end and > 0)
            return value[1..end];
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
