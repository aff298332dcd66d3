using Spectre.Console;

namespace Bacalhau.Cli.Output;

/// <summary>A line that moves at the end of a terminal's output while a person waits; what is printed meanwhile stands above it.</summary>
internal sealed class LiveLine
{
    private readonly IAnsiConsole console;
    private readonly StatusContext line;

    private LiveLine(IAnsiConsole console, StatusContext line) => (this.console, this.line) = (console, line);

    /// <summary>Shows the line while something is done; where no colours may be written there is none.</summary>
    public static Task RunAsync(CliHost host, Func<LiveLine?, Task> work) => host.UsesColour ? ShowAsync(host.Output, work) : work(null);

    /// <summary>Prints whole lines above.</summary>
    public void Print(string lines) => console.Write(new ControlCode(lines));

    /// <summary>Changes what the line says.</summary>
    public void Say(string text) => line.Status = Markup.Escape(text);

    /// <summary>A console on a writer that is known to be a terminal.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter terminal) => AnsiConsole.Create(new()
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Enrichment = new() { UseDefaultEnrichers = false },
        Out = new AnsiConsoleOutput(terminal),
    });

    private static Task ShowAsync(TextWriter terminal, Func<LiveLine?, Task> work)
    {
        var console = ConsoleOn(terminal);
        return console.Status().Spinner(Spinner.Known.Dots).StartAsync("Waiting", line => work(new(console, line)));
    }
}
