using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Output;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>How far a job is, for the line that moves while a person waits.</summary>
internal sealed class JobProgress(CliHost host, ApiClient client, string job, LiveLine? line)
{
    /// <summary>Of a job with more executions none is counted: each look would read all of them.</summary>
    private const int MostCounted = 200;

    private static readonly TimeSpan _leastPause = TimeSpan.FromSeconds(1);

    private long? last;

    /// <summary>Looks again, unless nobody sees it or the last look was a moment ago.</summary>
    public async Task ShowAsync(CancellationToken cancellation)
    {
        if (line is null || (last is { } time && host.Clock.GetElapsedTime(time) < _leastPause))
            return;
        last = host.Clock.GetTimestamp();
        try
        {
            line.Say(await ReadAsync(cancellation));
        }
        catch (ApiFailureException problem) when (problem.IsUnreachable)
        {
            line.Say("Waiting for the server");
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var seen = (await client.GetAsync(ApiClient.Job(job), null, cancellation)).GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!;
        var state = seen.State?.StateType ?? "";
        if (state != "Running" || seen.Count is < 1 or > MostCounted)
            return state;
        var executions = await client.GetAsync(ApiClient.Job(job, "/executions"), null, cancellation);
        var done = executions.Deserialize(ApiJson.Wire.ExecutionListView)!.Items.Count(execution => execution.ComputeState.StateType == (int)ExecutionState.Completed);
        return string.Create(CultureInfo.InvariantCulture, $"{state}: {done} of {seen.Count} executions done");
    }
}
