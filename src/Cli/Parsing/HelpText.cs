using System.Text;

namespace Bacalhau.Cli.Parsing;

/// <summary>Writes the help of a command.</summary>
internal static class HelpText
{
    /// <summary>The help.</summary>
    /// <param name="path">The commands from the root down to the one that is explained.</param>
    public static string Of(IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var line = string.Join(' ', path.Select(step => step.Name));
        var text = new StringBuilder().AppendLine(command.Details.Length > 0 ? command.Details : command.Summary).AppendLine();
        AppendUsage(text, path);
        AppendFlags(text, "Flags:", [.. command.Flags, .. command.InheritedFlags, .. path.Count == 1 ? GlobalFlags.All : []], line);
        if (path.Count > 1)
            AppendFlags(text, "Global Flags:", [.. path.SkipLast(1).SelectMany(step => step.InheritedFlags), .. GlobalFlags.All], null);
        if (!command.Children.IsEmpty)
            text.AppendLine().AppendLine($"Use \"{line} [command] --help\" for more about a command.");
        return text.AppendLine()
            .AppendLine("Auth Environment Variables:")
            .AppendLine("  BACALHAU_API_KEY       API key to use")
            .AppendLine("  BACALHAU_API_USERNAME  user name to use, with the password")
            .AppendLine("  BACALHAU_API_PASSWORD  password to use, with the user name")
            .ToString();
    }

    /// <summary>The usage and the commands below, without anything else.</summary>
    public static void AppendUsage(StringBuilder text, IReadOnlyList<Command> path)
    {
        var command = path[^1];
        var line = string.Join(' ', path.Select(step => step.Name));
        text.AppendLine("Usage:");
        text.AppendLine(command.RunAsync is null ? $"  {line} [command]" : $"  {line} [flags]{(command.Arguments.Length > 0 ? " " + command.Arguments : "")}");
        var children = command.Children.Where(child => !child.IsHidden).ToList();
        if (children.Count == 0)
            return;
        text.AppendLine().AppendLine("Available Commands:");
        var width = children.Max(child => child.Name.Length);
        foreach (var child in children.OrderBy(child => child.Name, StringComparer.Ordinal))
            text.Append("  ").Append(child.Name.PadRight(width)).Append("  ").AppendLine(child.Summary);
    }

    private static void AppendFlags(StringBuilder text, string heading, IEnumerable<Flag> flags, string? commandLine)
    {
        var rows = flags.Where(flag => !flag.IsHidden).OrderBy(flag => flag.Name, StringComparer.Ordinal)
            .Select(flag => (
                Name: (flag.Shorthand is { } letter ? $"  -{letter}, --" : "      --") + flag.Name + (flag.TypeName.Length > 0 ? " " + flag.TypeName : ""),
                Text: flag.Description + (flag.DefaultText.Length > 0 ? $" (default {flag.DefaultText})" : "")))
            .ToList();
        if (commandLine is not null)
            rows.Add(("  -h, --help", "Explain " + commandLine));
        if (rows.Count == 0)
            return;
        text.AppendLine().AppendLine(heading);
        var width = rows.Max(row => row.Name.Length) + 3;
        foreach (var (name, explanation) in rows)
            text.Append(name.PadRight(width)).AppendLine(explanation);
    }
}
