using System.Globalization;
using Bacalhau.Cli.Output;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs;

/// <summary>Columns of a job's history.</summary>
internal static class HistoryTable
{
    /// <summary>Width at which events are wrapped.</summary>
    public const int EventWidth = 90;

    /// <summary>Width at which topics are wrapped.</summary>
    public const int TopicWidth = 15;

    /// <summary>When it happened.</summary>
    public static readonly TableColumn<HistoryEventView> Time = new("Time", entry => TimeText.Full(entry.Time));

    /// <summary>To a job or to an execution.</summary>
    public static readonly TableColumn<HistoryEventView> Level = new("Level", entry => entry.Type);

    /// <summary>The job's version.</summary>
    public static readonly TableColumn<HistoryEventView> Version = new("Job Version", entry => entry.JobVersion.ToString(CultureInfo.InvariantCulture));

    /// <summary>The execution.</summary>
    public static readonly TableColumn<HistoryEventView> Execution =
        new("Exec. ID", entry => entry.ExecutionID ?? "") { Short = entry => ShortId.Of(entry.ExecutionID ?? "") };

    /// <summary>The area.</summary>
    public static readonly TableColumn<HistoryEventView> Topic = new("Topic", entry => entry.Event.Topic) { Wrap = TopicWidth };

    /// <summary>What happened, with its hint.</summary>
    /// <param name="colours">Whether errors are coloured.</param>
    public static TableColumn<HistoryEventView> Event(bool colours) => new("Event", entry => TextOf(entry.Event, colours)) { Wrap = EventWidth };

    /// <summary>An event as a line, and its hint as another.</summary>
    public static string TextOf(EventView happened, bool colours)
    {
        var message = happened.Message.TrimEnd();
        if (happened.IsError)
            message = (colours ? Colour.Paint("Error: ", "bold maroon") : "Error: ") + message;
        return happened.Hint.Length == 0 ? message : message + "\n" + (colours ? Colour.Paint("Hint: ", "green") : "Hint: ") + happened.Hint;
    }
}
