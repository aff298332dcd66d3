namespace Bacalhau.Cli.Output;

/// <summary>Errors and warnings as people see them.</summary>
internal static class ErrorText
{
    /// <summary>Writes an error, and what to do next.</summary>
    public static void Write(CliHost host, string message, string hint)
    {
        host.Error.WriteLine();
        host.Error.WriteLine(Coloured(host, "maroon", "Error: ") + message);
        if (hint.Length > 0)
            host.Error.WriteLine(Coloured(host, "green", "Hint:  ") + hint);
    }

    /// <summary>Writes warnings: one on its line, several as a list.</summary>
    public static void WriteWarnings(CliHost host, IReadOnlyCollection<string> warnings)
    {
        if (warnings.Count == 1)
            host.Error.WriteLine("Warning: " + warnings.First());
        if (warnings.Count <= 1)
            return;
        host.Error.WriteLine("Warning:");
        foreach (var warning in warnings)
            host.Error.WriteLine("\t* " + warning);
    }

    private static string Coloured(CliHost host, string style, string text) => host.UsesErrorColour ? Colour.Paint(text, style) : text;
}
