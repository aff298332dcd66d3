using System.Text.Json;
using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job describe</c>.</summary>
internal static class JobDescribeCommand
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Text);

    /// <summary>The command.</summary>
    public static Command Create() => new("describe", "Show all about a job")
    {
        Arguments = "JOB",
        Flags = [JobFlags.Version, JobFlags.Namespace, .. _output.Single],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var query = JobFlags.Query(invocation).With("include", "executions,history").With("job_version", invocation.Get(JobFlags.Version));
        var answer = await client.GetAsync(ApiClient.Job(invocation.Words[0]), query, cancellation);
        var writer = new ResultWriter(invocation, _output);
        if (writer.Format == OutputFormat.Text)
            new JobDescription(invocation.Host, answer.Deserialize(ApiJson.Wire.GetJobResponse)!).Write();
        else
            writer.WriteObject(answer.GetRawText());
        return 0;
    }
}
