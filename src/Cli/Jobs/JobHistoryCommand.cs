using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job history</c>.</summary>
internal static class JobHistoryCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly ListFlags _list = ListFlags.With(0, "");
    private static readonly Flag<string> _eventType = Flags.Text("event-type", "Events of the job, of executions, or all: all, job, execution", value: "all");
    private static readonly Flag<string> _execution = Flags.Text("execution-id", "Events of this execution; its full id");

    /// <summary>The command.</summary>
    public static Command Create() => new("history", "List what happened to a job")
    {
        Arguments = "JOB",
        Flags = [_eventType, _execution, JobFlags.Version, JobFlags.AllVersions, JobFlags.Namespace, .. _list.All, .. _output.Tabular],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var query = _list.Query(invocation)
            .With("namespace", invocation.Get(JobFlags.Namespace))
            .With("event_type", invocation.Get(_eventType))
            .With("execution_id", invocation.Get(_execution))
            .With("job_version", invocation.Get(JobFlags.Version))
            .With("all_job_versions", invocation.Get(JobFlags.AllVersions));
        var answer = await client.GetAsync(ApiClient.Job(invocation.Words[0], "/history"), query, cancellation);
        var events = answer.Deserialize(ApiJson.Wire.HistoryListView)!.Items;
        var writer = new ResultWriter(invocation, _output);
        var colours = writer.Format == OutputFormat.Table && invocation.Host.UsesColour && !invocation.Get(_output.NoStyle);
        writer.WriteList(
            events,
            [HistoryTable.Time, HistoryTable.Level, HistoryTable.Version, HistoryTable.Execution, HistoryTable.Topic, HistoryTable.Event(colours)],
            () => answer.GetProperty("Items").GetRawText());
        return 0;
    }
}
