using Bacalhau.Cli.Client;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job delete</c>, which is ours.</summary>
internal static class JobDeleteCommand
{
    private static readonly Flag<bool> _yes = Flags.Bool("yes", "Do not ask", 'y');

    /// <summary>The command.</summary>
    public static Command Create() => new("delete", "Delete jobs that have ended, with their history, executions and logs")
    {
        Arguments = "JOB...",
        Flags = [_yes, JobFlags.Namespace],
        Count = ArgumentCount.AtLeast(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.Get(_yes) && !await IsSureAsync(invocation, cancellation))
        {
            return 1;
        }

        using var client = Connector.Connect(invocation);
        var failures = new List<ApiFailureException>();
        foreach (var job in invocation.Words)
        {
            try
            {
                await client.SendAsync(
                    HttpMethod.Put, ApiClient.Job(job, "/delete") + JobFlags.Query(invocation), new StopJobRequest(""), ApiJson.Wire.StopJobRequest, cancellation);
                invocation.Host.Output.WriteLine($"Deleted job {job}");
            }
            catch (ApiFailureException exception) when (invocation.Words.Length > 1)
            {
                // The others are deleted all the same.
                failures.Add(exception);
            }
        }

        if (failures.Count > 1)
        {
            ErrorText.WriteWarnings(invocation.Host, [.. failures.Skip(1).Select(failure => failure.Message)]);
        }

        return failures.Count == 0 ? 0 : throw failures[0];
    }

    private static async Task<bool> IsSureAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.Host.IsInputTerminal)
        {
            throw new CliException("nothing was deleted: there is no terminal to confirm it at", "Say --yes to delete without being asked");
        }

        var jobs = invocation.Words.Length == 1 ? $"job {invocation.Words[0]}" : $"{invocation.Words.Length} jobs";
        invocation.Host.Error.Write($"Delete {jobs} with history, executions and logs? [y/N] ");
        var answer = await invocation.Host.Input.ReadLineAsync(cancellation);
        return answer?.Trim() is "y" or "Y" or "yes";
    }
}
