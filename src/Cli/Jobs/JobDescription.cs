using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Output;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs;

/// <summary>Describes a job for people: what it is, what became of it, what happened, what it printed.</summary>
internal sealed class JobDescription(CliHost host, GetJobResponse answer)
{
    private const int CommentWidth = 40;

    /// <summary>Executions that are shown one by one; of more, the failed ones and the newest.</summary>
    private const int MostShown = 50;

    private readonly JobSummaryView job = answer.Job.Deserialize(ApiJson.Wire.JobSummaryView)!;
    private readonly ImmutableArray<HistoryEventView> history = answer.History?.Items ?? [];
    private readonly ImmutableArray<ExecutionView> executions =
        [.. (answer.Executions?.Items ?? []).OrderByDescending(execution => execution.CreateTime).ThenBy(execution => execution.ID, StringComparer.Ordinal)];

    /// <summary>Writes the description.</summary>
    public void Write()
    {
        var shown = executions.Length <= MostShown ? executions
            : [.. executions.OrderBy(execution => execution.ComputeState.StateType != (int)ExecutionState.Failed).Take(MostShown)];
        WriteFacts();
        Heading("Summary");
        foreach (var state in executions.GroupBy(execution => execution.ComputeState.StateType).OrderBy(group => group.Key))
            host.Output.WriteLine($"{(ExecutionState)state.Key} = {state.Count()}");
        Heading("Job History");
        WriteTable(history.Where(entry => entry.Type == HistoryEventView.JobLevel), HistoryTable.Time, HistoryTable.Topic, HistoryTable.Event(host.UsesColour));
        Heading("Executions");
        WriteTable(shown, ExecutionColumns(shown));
        if (shown.Length < executions.Length)
            host.Output.WriteLine($"and {executions.Length - shown.Length} more: bacalhau job executions {job.ID}");
        foreach (var (execution, events) in shown.Select(execution => (execution, history.Where(entry => entry.ExecutionID == execution.ID).ToList())))
        {
            if (events.Count == 0)
                continue;
            Heading($"Execution {ShortId.Of(execution.ID)} History");
            WriteTable(events, HistoryTable.Time, HistoryTable.Topic, HistoryTable.Event(host.UsesColour));
        }
        WriteOutputs(shown);
    }

    private void WriteFacts()
    {
        List<(string Name, string Value)> facts =
        [
            ("ID", job.ID),
            ("Name", job.Name),
            ("Namespace", job.Namespace),
            ("Type", job.Type),
            ("State", job.State?.StateType ?? ""),
            ("Message", job.State?.Message ?? ""),
            ("Schedule", job.Schedule is { } schedule ? $"{schedule.Cron} ({(schedule.TimeZone.Length > 0 ? schedule.TimeZone : "UTC")})" : ""),
            ("Count", job.Type is "batch" or "service" ? job.Count.ToString(CultureInfo.InvariantCulture) : ""),
            ("Created Time", TimeText.Full(TimeText.OfNanoseconds(job.CreateTime))),
            ("Modified Time", TimeText.Full(TimeText.OfNanoseconds(job.ModifyTime))),
            ("Version", job.Version == 0 ? "" : job.Version.ToString(CultureInfo.InvariantCulture)),
        ];
        facts.RemoveAll(fact => fact.Value.Length == 0);
        var width = facts.Max(fact => fact.Name.Length);
        foreach (var (name, value) in facts)
            host.Output.WriteLine($"{name.PadRight(width)} = {value.Replace("\n", "\n" + new string(' ', width + 3), StringComparison.Ordinal)}");
    }

    private List<TableColumn<ExecutionView>> ExecutionColumns(ImmutableArray<ExecutionView> executions)
    {
        var now = host.Clock.GetUtcNow();
        List<TableColumn<ExecutionView>> columns =
        [
            new("ID", execution => ShortId.Of(execution.ID)),
            new("Node ID", execution => ShortId.OfNode(execution.NodeID)),
            new("State", execution => ((ExecutionState)execution.ComputeState.StateType).ToString()),
            new("Desired", execution => ((DesiredState)execution.DesiredState.StateType).ToString()),
            new("Rev.", execution => execution.Revision.ToString(CultureInfo.InvariantCulture)),
            new("Created", execution => TimeText.Ago(TimeText.OfNanoseconds(execution.CreateTime), now)),
            new("Modified", execution => TimeText.Ago(TimeText.OfNanoseconds(execution.ModifyTime), now)),
            new("Comment", CommentOf) { Wrap = CommentWidth },
        ];
        if (executions.Any(execution => execution.JobVersion != job.Version))
            columns.Insert(1, new("Version", execution => execution.JobVersion.ToString(CultureInfo.InvariantCulture)));
        if (executions.Any(execution => execution.Phase is { Length: > 0 }))
            columns.Insert(columns.FindIndex(column => column.Name == "Desired"), new("Phase", execution => execution.Phase ?? ""));
        if (ProgressText.IsIn(executions))
            columns.Insert(columns.Count - 1, ProgressText.Column);
        if (executions.Any(execution => execution.NodeChoice is { Reason.Length: > 0 }))
            columns.Add(new("Why this node", execution => execution.NodeChoice?.Reason ?? "") { Wrap = CommentWidth });
        if (executions.Any(execution => execution.NodeChoice is { BytesLocal: > 0 } or { BytesMoved: > 0 }))
            columns.Add(new("Input here / moved", LocalityOf));
        return columns;
    }

    /// <summary>The message, and a program's exit code that is not zero, which a state alone hides.</summary>
    private static string CommentOf(ExecutionView execution)
    {
        var state = (ExecutionState)execution.ComputeState.StateType;
        var message = state == ExecutionState.Completed && execution.ComputeState.Message == nameof(ExecutionState.Running) ? "" : execution.ComputeState.Message ?? "";
        return execution.RunOutput.ExitCode == 0 || state != ExecutionState.Completed
            ? message
            : $"{message}{(message.Length > 0 ? ", " : "")}exit code {execution.RunOutput.ExitCode}";
    }

    private static string LocalityOf(ExecutionView execution) => execution.NodeChoice is { } choice
        ? $"{Configuration.ByteSize.Format(choice.BytesLocal)} / {Configuration.ByteSize.Format(choice.BytesMoved)}"
        : "";

    private void WriteOutputs(ImmutableArray<ExecutionView> shown)
    {
        var printed = shown.Where(execution => execution.RunOutput.Stdout.Length > 0 || execution.RunOutput.Stderr.Length > 0).ToList();
        if (printed.Count == 0)
            return;
        Heading("Standard Output");
        for (var index = 0; index < printed.Count; index++)
        {
            if (printed.Count > 1)
                host.Output.WriteLine((index == 0 ? "" : "\n") + $"Execution {ShortId.Of(printed[index].ID)}:");
            OutputText.Write(host.Output, printed[index].RunOutput);
        }
    }

    private void WriteTable<T>(IEnumerable<T> rows, params IReadOnlyList<TableColumn<T>> columns) => host.Output.Write(TableText.Of(
        [.. columns.Select(column => column.Name)],
        [.. rows.Select(row => columns.Select(column => (column.Short ?? column.Cell)(row)).ToArray())],
        [.. columns.Select(column => column.Wrap)],
        [.. columns.Select(column => column.Fixed)],
        styled: false));

    private void Heading(string text) => host.Output.Write(host.UsesColour ? Colour.Paint($"\n{text}\n", "bold") : $"\n{text}\n");
}
