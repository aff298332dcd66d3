using Bacalhau.Cli.Client;
using Bacalhau.Cli.Jobs.Run;
using Bacalhau.Cli.Parsing;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Submits a job that flags describe, or shows it.</summary>
internal static class CreatedJob
{
    /// <summary>Submits or shows the job.</summary>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="CliException">The job is refused.</exception>
    public static async Task<int> RunAsync(Invocation invocation, JobSpec spec, CancellationToken cancellation)
    {
        JobFileCheck.Of(spec).Require();
        if (invocation.Get(RunFlags.DryRun))
        {
            invocation.Host.Output.Write(JobRun.Yaml(spec));
            return 0;
        }
        using var client = Connector.Connect(invocation);
        return await new JobRun(invocation, client).SubmitAsync(spec, force: false, hidesWarnings: false, cancellation);
    }
}
