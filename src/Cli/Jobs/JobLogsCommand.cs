using Bacalhau.Cli.Client;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs;

/// <summary><c>bacalhau job logs</c>.</summary>
internal static class JobLogsCommand
{
    private static readonly Flag<string> _execution = Flags.Text("execution-id", "The execution whose output is shown; its full id", 'e');
    private static readonly Flag<bool> _follow = Flags.Bool("follow", "Go on until the program ends", 'f');
    private static readonly Flag<bool> _tail = Flags.Bool("tail", "Show only what is printed from now on", 't');
    private static readonly Flag<long> _lines = Flags.Count("lines", "Show only so many last lines of what is there; 0 for all");

    /// <summary>The command.</summary>
    public static Command Create() => new("logs", "Show what a job printed")
    {
        Arguments = "JOB",
        Flags = [_execution, _follow, _tail, _lines, JobFlags.Version, JobFlags.Namespace],
        Count = ArgumentCount.Exactly(1),
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        using var client = Connector.Connect(invocation);
        var query = JobFlags.Query(invocation)
            .With("execution_id", invocation.Get(_execution))
            .With("job_version", invocation.Get(JobFlags.Version))
            .With("follow", invocation.Get(_follow))
            .With("tail", invocation.Get(_tail))
            .With("lines", invocation.Get(_lines));
        return await LogPrinter.PrintAsync(invocation.Host, client, invocation.Words[0], query, cancellation);
    }
}
