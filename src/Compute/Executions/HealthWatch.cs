using Bacalhau.Compute.Engines;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Executions;

/// <summary>Looks from time to time whether a running program works, where its task says how.</summary>
internal sealed class HealthWatch(RunnerParts parts, IEngine engine, EngineRun run)
{
    private HealthRecord record = new(run.Task.HealthCheck ?? new());

    /// <summary>Why the program is unhealthy; null while it is not.</summary>
    public ExecutionProblem? Problem { get; private set; }

    /// <summary>Looks until the program has ended. The first check that passes is told by <paramref name="tellHealthy"/>; an unhealthy program cancels <paramref name="stop"/>.</summary>
    public async Task WatchAsync(Action tellHealthy, CancellationTokenSource stop, CancellationToken ended)
    {
        if (run.Task.HealthCheck is null)
        {
            return;
        }

        var begun = parts.Clock.GetTimestamp();
        try
        {
            while (Problem is null)
            {
                await Task.Delay(record.Pause, parts.Clock, ended);
                await LookAsync(tellHealthy, ended);
                Problem = record.FindProblem(parts.Clock.GetElapsedTime(begun));
            }

            stop.Cancel();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The program has ended.
        }
    }

    private async Task LookAsync(Action tellHealthy, CancellationToken ended)
    {
        var error = await CheckAsync(ended);
        ended.ThrowIfCancellationRequested();
        if (error is null && !record.HasPassed)
        {
            tellHealthy();
        }

        record = error is null ? record.Passed() : record.Failed(error);
    }

    private async Task<string?> CheckAsync(CancellationToken ended)
    {
        using var limit = new CancellationTokenSource(record.Timeout, parts.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ended);
        try
        {
            return await engine.CheckAsync(run, record.Check, both.Token).WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return $"no answer within {record.Timeout.TotalSeconds:0} s";
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // What cannot be looked at does not work.
        {
            return exception.Message;
        }
    }
}
