using Spectre.Console;

namespace Bacalhau.Cli.Output;

/// <summary>Colours for a person at a terminal. The library behind it is loaded with the first colour, and so never in a pipe.</summary>
internal static class Colour
{
    /// <summary>A text in a style as Spectre.Console's markup names it, such as <c>bold maroon</c>, made of the sixteen colours that every terminal has.</summary>
    public static string Paint(string text, string style)
    {
        using var painted = new StringWriter();
        var terminal = AnsiCapabilities.Create(painted, new() { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard });
        new AnsiMarkup(new AnsiWriter(painted, terminal)).Write($"[{style}]{AnsiMarkup.Escape(text)}[/]");
        return painted.ToString();
    }
}
