using System.Globalization;
using Bacalhau.Cli.Output;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Prints the events of a job that is watched: lines, and on a terminal a moving line below them.</summary>
internal sealed class EventPrinter(CliHost host, bool isQuiet, bool groups) : IDisposable
{
    private const int TimeWidth = 12;
    private const int IdWidth = 10;
    private static readonly string[] _header = ["Time", "Exec. ID", "Topic", "Event"];
    private static readonly string[] _frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private readonly SortedDictionary<string, HistoryEventView> newest = new(StringComparer.Ordinal);
    private readonly long start = host.Clock.GetTimestamp();
    private bool printedAny;
    private bool printedExecutionError;
    private bool showsLine;
    private int frame;

    /// <summary>Whether something happened to an execution.</summary>
    public bool SawExecution { get; private set; }

    private bool IsMoving => !isQuiet && host.IsOutputTerminal;

    /// <summary>Takes an event, and prints it if it says something new.</summary>
    public void Print(HistoryEventView entry)
    {
        var isExecution = entry.Type == HistoryEventView.ExecutionLevel;
        SawExecution |= isExecution;
        newest[entry.ExecutionID ?? ""] = entry;
        var isNew = groups || !printedAny || isExecution || (entry.Event.IsError && !printedExecutionError);
        printedExecutionError |= isExecution && entry.Event.IsError;
        if (isQuiet || !isNew)
            return;
        ClearLine();
        var rows = groups ? newest.Values.OrderByDescending(found => found.ExecutionID ?? "", StringComparer.Ordinal).Select(Cells).ToList() : [Cells(entry)];
        host.Output.Write(TableText.Of(
            groups || !printedAny ? _header : null, rows, [0, 0, HistoryTable.TopicWidth, HistoryTable.EventWidth], groups ? [0, 0, 0, 0] : [TimeWidth, IdWidth, HistoryTable.TopicWidth, 0], styled: false));
        if (groups)
            host.Output.WriteLine();
        host.Output.Flush();
        printedAny = true;
    }

    /// <summary>Waits, and on a terminal shows that it does.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        if (IsMoving)
        {
            var seconds = host.Clock.GetElapsedTime(start).TotalSeconds;
            host.Output.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[K {_frames[frame++ % _frames.Length]} {seconds:0}s"));
            host.Output.Flush();
            showsLine = true;
        }
        await Task.Delay(pause, host.Clock, cancellation);
    }

    /// <summary>Takes the moving line away.</summary>
    public void Dispose() => ClearLine();

    private void ClearLine()
    {
        if (showsLine)
            host.Output.Write("\r\e[K");
        showsLine = false;
    }

    private string[] Cells(HistoryEventView entry) =>
        [TimeText.Precise(entry.Time), ShortId.Of(entry.ExecutionID ?? ""), entry.Event.Topic, HistoryTable.TextOf(entry.Event, host.UsesColour)];
}
