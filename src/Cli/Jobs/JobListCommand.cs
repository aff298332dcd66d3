using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job list</c>.</summary>
internal static class JobListCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly ListFlags _list = ListFlags.With(10, "created_at, modified_at");
    private static readonly Flag<string> _labels = Flags.Text("labels", "List jobs whose labels match this selector", value: "bacalhau_canary != true");

    /// <summary>The command.</summary>
    public static Command Create() => new("list", "List jobs, oldest first")
    {
        Flags = [_labels, .. _list.All, .. _output.Tabular],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var answer = await client.GetAsync("/orchestrator/jobs", _list.Query(invocation).With("labels", invocation.Get(_labels)), cancellation);
        var jobs = answer.GetProperty("Items").EnumerateArray().Select(item => item.Deserialize(ApiJson.Wire.JobSummaryView)!).ToList();
        new ResultWriter(invocation, _output).WriteList(
            jobs,
            [
                new("created", job => TimeText.Full(CreateTime(job))) { Short = job => TimeText.Short(CreateTime(job)) },
                new("id", job => job.ID) { Short = job => ShortId.Of(job.ID) },
                new("name", job => job.Name) { Wrap = 40 },
                new("job", EngineOf) { Wrap = 40 },
                new("type", job => job.Type) { Wrap = 8 },
                new("state", job => job.State?.StateType ?? "") { Wrap = 20 },
            ],
            () => answer.GetProperty("Items").GetRawText());
        _list.TellNextPage(invocation, _output, answer, "job list");
        return 0;
    }

    private static DateTimeOffset CreateTime(JobSummaryView job) => TimeText.OfNanoseconds(job.CreateTime);

    private static string EngineOf(JobSummaryView job) => job.Tasks is [var first, ..] ? first.Engine?.Type ?? "" : "";
}
