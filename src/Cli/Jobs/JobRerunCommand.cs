using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Jobs.Run;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job rerun</c>: runs a version of a job again, as a new version.</summary>
internal static class JobRerunCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new("rerun", "Run a job again")
    {
        Arguments = "JOB",
        Flags = [JobFlags.Version, JobFlags.Namespace, .. RunFlags.Waiting],
        Count = ArgumentCount.AtLeast(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var request = new RerunJobRequest(invocation.Get(JobFlags.Version));
        var answer = await client.SendAsync(
            HttpMethod.Put, ApiClient.Job(invocation.Words[0], "/rerun") + JobFlags.Query(invocation), request, ApiJson.Wire.RerunJobRequest, cancellation);
        var rerun = answer.Deserialize(ApiJson.Wire.RerunJobResponse)!;
        if (!invocation.Get(RunFlags.IdOnly) && rerun.Warnings is { IsDefaultOrEmpty: false } warnings)
            ErrorText.WriteWarnings(invocation.Host, warnings);
        return await new JobRun(invocation, client).FollowAsync(rerun.JobID, cancellation);
    }
}
