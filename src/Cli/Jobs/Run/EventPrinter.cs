using Bacalhau.Cli.Output;
using Bacalhau.Core.Cluster;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>Prints the events of a job that is watched.</summary>
internal sealed class EventPrinter(Action<string> print, bool groups, bool colours)
{
    private const int TimeWidth = 12;
    private const int IdWidth = 10;
    private static readonly string[] _header = ["Time", "Exec. ID", "Topic", "Event"];

    private readonly SortedDictionary<string, HistoryEventView> newest = new(StringComparer.Ordinal);
    private bool printedAny;
    private bool printedExecutionError;

    /// <summary>Whether something happened to an execution.</summary>
    public bool SawExecution { get; private set; }

    /// <summary>Takes an event, and prints it if it says something new.</summary>
    public void Print(HistoryEventView entry)
    {
        var isExecution = entry.Type == HistoryEventView.ExecutionLevel;
        SawExecution |= isExecution;
        newest[entry.ExecutionID ?? ""] = entry;
        var isNew = groups || !printedAny || isExecution || entry.Event.Topic == JobEvents.Queueing || (entry.Event.IsError && !printedExecutionError);
        printedExecutionError |= isExecution && entry.Event.IsError;
        if (!isNew)
            return;
        var rows = groups ? newest.Values.OrderByDescending(found => found.ExecutionID ?? "", StringComparer.Ordinal).Select(Cells).ToList() : [Cells(entry)];
        var table = TableText.Of(
            groups || !printedAny ? _header : null, rows, [0, 0, HistoryTable.TopicWidth, HistoryTable.EventWidth], groups ? [0, 0, 0, 0] : [TimeWidth, IdWidth, HistoryTable.TopicWidth, 0], styled: false);
        print(groups ? table + Environment.NewLine : table);
        printedAny = true;
    }

    private string[] Cells(HistoryEventView entry) =>
        [TimeText.Precise(entry.Time), ShortId.Of(entry.ExecutionID ?? ""), entry.Event.Topic, HistoryTable.TextOf(entry.Event, colours)];
}
