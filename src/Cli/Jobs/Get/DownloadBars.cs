using Bacalhau.Cli.Output;
using Spectre.Console;

namespace Bacalhau.Cli.Jobs.Get;

/// <summary>A bar for each download while a person at a terminal waits for it; all of them go at the end.</summary>
internal sealed class DownloadBars
{
    private readonly ProgressContext bars;

    private DownloadBars(ProgressContext bars) => this.bars = bars;

    /// <summary>Shows bars while something is done; where no colours may be written there are none.</summary>
    public static Task RunAsync(CliHost host, Func<DownloadBars?, Task> work) => host.UsesErrorColour ? ShowAsync(host.Error, work) : work(null);

    /// <summary>Adds a bar.</summary>
    /// <param name="name">What is downloaded.</param>
    /// <param name="totalBytes">How much that is; null if it is not known.</param>
    /// <returns>Takes how many bytes are there.</returns>
    public Action<long> Add(string name, long? totalBytes)
    {
        var bar = bars.AddTask(Markup.Escape(name), maxValue: totalBytes ?? 1);
        bar.IsIndeterminate = totalBytes is null;
        return bytes => bar.Value = bytes;
    }

    private static Task ShowAsync(TextWriter terminal, Func<DownloadBars?, Task> work) => LiveLine.ConsoleOn(terminal).Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new DownloadedColumn(), new RemainingTimeColumn())
        .StartAsync(bars => work(new(bars)));
}
