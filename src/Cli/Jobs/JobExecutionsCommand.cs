using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job executions</c>.</summary>
internal static class JobExecutionsCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);
    private static readonly ListFlags _list = ListFlags.With(20, "modified_at, created_at");

    /// <summary>The command.</summary>
    public static Command Create() => new("executions", "List the executions of a job")
    {
        Arguments = "JOB",
        Flags = [JobFlags.Version, JobFlags.AllVersions, JobFlags.Namespace, .. _list.All, .. _output.Tabular],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var query = _list.Query(invocation)
            .With("namespace", invocation.Get(JobFlags.Namespace))
            .With("job_version", invocation.Get(JobFlags.Version))
            .With("all_job_versions", invocation.Get(JobFlags.AllVersions));
        var job = invocation.Words[0];
        var pages = client.GetPagesAsync(ApiClient.Job(job, "/executions"), query, cancellation);
        var answers = await (invocation.Get(_list.Limit) == 0 ? pages : pages.Take(1)).ToListAsync(cancellation);
        List<ExecutionView> executions = [.. answers.SelectMany(answer => answer.Deserialize(ApiJson.Wire.ExecutionListView)!.Items)];
        new ResultWriter(invocation, _output).WriteList(
            executions,
            ProgressText.IsIn(executions) ? [.. _columns, ProgressText.Column] : _columns,
            () => $"[{string.Join(',', answers.SelectMany(answer => answer.GetProperty("Items").EnumerateArray()).Select(item => item.GetRawText()))}]");
        _list.TellNextPage(invocation, _output, answers[^1], $"job executions {job}");
        return 0;
    }

    private static readonly IReadOnlyList<TableColumn<ExecutionView>> _columns =
    [
        new("Created", execution => TimeText.Full(TimeText.OfNanoseconds(execution.CreateTime))) { Short = execution => TimeText.Short(TimeText.OfNanoseconds(execution.CreateTime)) },
        new("Modified", execution => TimeText.Full(TimeText.OfNanoseconds(execution.ModifyTime))) { Short = execution => TimeText.Short(TimeText.OfNanoseconds(execution.ModifyTime)) },
        new("ID", execution => execution.ID) { Short = execution => ShortId.Of(execution.ID) },
        new("Job Version", execution => execution.JobVersion.ToString(CultureInfo.InvariantCulture)),
        new("Node ID", execution => execution.NodeID) { Short = execution => ShortId.OfNode(execution.NodeID) },
        new("Rev.", execution => execution.Revision.ToString(CultureInfo.InvariantCulture)),
        new("State", execution => ((ExecutionState)execution.ComputeState.StateType).ToString()),
        new("Desired", execution => ((DesiredState)execution.DesiredState.StateType).ToString()),
    ];
}
