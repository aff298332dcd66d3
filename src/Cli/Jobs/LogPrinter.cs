using Bacalhau.Protocol.Http.Client;

namespace Bacalhau.Cli.Jobs;

/// <summary>Prints the log of a job as it comes.</summary>
internal static class LogPrinter
{
    /// <summary>Prints until the server ends the stream or the person interrupts, which is no failure.</summary>
    /// <exception cref="CliException">The server reports an error.</exception>
    public static async Task<int> PrintAsync(CliHost host, ApiClient client, string job, ApiQuery query, CancellationToken cancellation)
    {
        try
        {
            await foreach (var frame in client.ReadLogsAsync(ApiClient.Job(job, "/logs"), query, cancellation))
            {
                if (frame.Error is { Length: > 0 } error)
                    throw new CliException($"error reading log output: error received from server: {error}");
                await host.Output.WriteAsync(frame.Value.Line);
                await host.Output.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await host.Output.FlushAsync(CancellationToken.None);
        }
        return 0;
    }
}
