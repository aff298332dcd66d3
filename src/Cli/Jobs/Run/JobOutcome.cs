using System.Globalization;
using System.Text.Json;
using Bacalhau.Cli.Output;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs.Run;

/// <summary>How a job ended.</summary>
/// <param name="State">Its state.</param>
/// <param name="Message">Why it is in that state.</param>
/// <param name="ExitCodes">Exit codes that are not 0 of completed executions, with how often each was seen.</param>
/// <param name="Executions">Completed executions.</param>
/// <param name="IsLongRunning">Whether it is not meant to end.</param>
/// <param name="HasPublisher">Whether there are results to get.</param>
internal sealed record JobOutcome(
    string State, string Message, IReadOnlyList<(int Code, int Times)> ExitCodes, int Executions, bool IsLongRunning, bool HasPublisher)
{
    /// <summary>Whether a script may go on: all programs ended well, or a service runs.</summary>
    public bool IsSuccess => (State == "Completed" && ExitCodes.Count == 0) || (IsLongRunning && State is "Running" or "Pending");

    /// <summary>Asks the server.</summary>
    /// <exception cref="ApiFailureException">It does not answer.</exception>
    public static async Task<JobOutcome> ReadAsync(ApiClient client, string id, CancellationToken cancellation)
    {
        var job = (await client.GetAsync(ApiClient.Job(id), null, cancellation)).GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!;
        var state = job.State?.StateType ?? "";
        var codes = new List<int>();
        if (state == "Completed")
        {
            codes = await ExecutionPages.ReadAsync(client, id, cancellation)
                .Where(execution => execution.ComputeState.StateType == (int)ExecutionState.Completed)
                .Select(execution => execution.RunOutput.ExitCode)
                .ToListAsync(cancellation);
        }
        return new(
            state,
            job.State?.Message ?? "",
            [.. codes.Where(code => code != 0).GroupBy(code => code).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))],
            codes.Count,
            job.Type is "service" or "daemon" || job.Schedule is not null,
            job.Tasks?.Any(task => task.Publisher?.Type.Length > 0) == true);
    }

    /// <summary>Says what a person must know of it: a failure, or exit codes that the state hides.</summary>
    /// <param name="host">Where.</param>
    /// <param name="isOutputTaken">Whether the output holds something else, an id or a program's own output, and no events that name a cause.</param>
    public void Say(CliHost host, bool isOutputTaken)
    {
        if (State == "Failed")
            ErrorText.Write(host, isOutputTaken && Message.Length > 0 ? $"job failed: {Message}" : "job failed", "");
        if (IsLongRunning && State is not ("Failed" or "Stopped") && Message.Length > 0)
            (isOutputTaken ? host.Error : host.Output).WriteLine($"\nJob is {State}: {Message}");
        if (ExitCodes.Count == 0)
            return;
        var codes = string.Join(", ", ExitCodes.Select(found => string.Create(CultureInfo.InvariantCulture, $"exit code {found.Code} in {found.Times} of {Executions} executions")));
        (isOutputTaken ? host.Error : host.Output).WriteLine($"\nJob completed: {codes}");
    }
}
