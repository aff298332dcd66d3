using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job stop</c>.</summary>
internal static class JobStopCommand
{
    private const string Reason = "Stopped at user request";
    private static readonly Flag<bool> _quiet = Flags.Bool("quiet", "Print nothing but errors");

    /// <summary>The command.</summary>
    public static Command Create() => new("stop", "Stop a job")
    {
        Arguments = "JOB",
        Flags = [_quiet, JobFlags.Namespace],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var steps = new StepLines(invocation.Host, isQuiet: invocation.Get(_quiet));
        steps.Say("Checking job status\n");
        await steps.RunAsync("Connecting to network", () => client.GetAsync("/agent/alive", null, cancellation));
        var path = ApiClient.Job(invocation.Words[0]);
        await steps.RunAsync("Verifying job state", async () =>
        {
            var answer = await client.GetAsync(path, JobFlags.Query(invocation), cancellation);
            var state = answer.GetProperty("Job").Deserialize(ApiJson.Wire.JobSummaryView)!.State?.StateType;
            return state is "Completed" or "Failed" or "Stopped"
                ? throw new CliException($"Job is already in a terminal state.\nThe current state is: {state}")
                : answer;
        });
        var stopped = await steps.RunAsync("Stopping job", () => client.SendAsync(
            HttpMethod.Delete, path + JobFlags.Query(invocation), new StopJobRequest(Reason), ApiJson.Wire.StopJobRequest, cancellation));
        steps.Say($"\nJob stop successfully submitted with evaluation ID: {stopped.Deserialize(ApiJson.Wire.StopJobResponse)!.EvaluationID}");
        return 0;
    }
}
