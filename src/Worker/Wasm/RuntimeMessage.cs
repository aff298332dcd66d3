using System.Text.RegularExpressions;

namespace Bacalhau.Worker.Wasm;

/// <summary>The runtime's messages, as people read them.</summary>
internal static partial class RuntimeMessage
{
    private const int MaximumCharacters = 1000;

    /// <summary>One line of at most 1000 characters.</summary>
    public static string Shorten(string message)
    {
        var line = Blanks().Replace(message, " ").Trim();
        return line.Length <= MaximumCharacters ? line : line[..MaximumCharacters] + " ...";
    }

    /// <summary>The cause that the runtime names last, without the stack.</summary>
    public static string Cause(string message)
    {
        var at = message.LastIndexOf("Caused by:", StringComparison.Ordinal);
        return Shorten(at < 0 ? message : message[(at + "Caused by:".Length)..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
