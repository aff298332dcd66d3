using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job versions</c>.</summary>
internal static class JobVersionsCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table);

    /// <summary>The command.</summary>
    public static Command Create() => new("versions", "List the versions of a job")
    {
        Arguments = "JOB",
        Flags = [JobFlags.Namespace, .. _output.Tabular],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var answer = await client.GetAsync(ApiClient.Job(invocation.Words[0], "/versions"), JobFlags.Query(invocation), cancellation);
        var versions = answer.GetProperty("Items").EnumerateArray().Select(item => item.Deserialize(ApiJson.Wire.JobSummaryView)!).ToList();
        new ResultWriter(invocation, _output).WriteList(
            versions,
            [
                new("Created At", job => TimeText.Full(TimeText.OfNanoseconds(job.ModifyTime))),
                new("Job Version", job => job.Version.ToString(CultureInfo.InvariantCulture)),
            ],
            () => answer.GetProperty("Items").GetRawText());
        return 0;
    }
}
