namespace Bacalhau.Compute.Executions;

/// <summary>
/// Stops an execution whose job wants that (<c>Disconnect.StopAfter</c>) once the node has not heard from its orchestrator for so long. The silence is counted from
/// the sending of the last question that was answered, by a clock that runs while the machine sleeps; after a restart of the node, from its start.
/// </summary>
internal sealed class CutOffWatch(Func<TimeSpan> silence, TimeProvider clock)
{
    /// <summary>Timers stand still while the machine sleeps, so the clock is looked at this often.</summary>
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Watches until the execution has ended.</summary>
    /// <param name="stopAfter">Longest silence; null for any.</param>
    /// <param name="control">How it is stopped.</param>
    /// <param name="ended">The execution has ended.</param>
    public async Task WatchAsync(TimeSpan? stopAfter, ExecutionControl control, CancellationToken ended)
    {
        if (stopAfter is { } longest && await IsSilentAsync(longest, ended))
        {
            control.StopFor(StopCause.CutOff, "the node has not heard from its orchestrator");
        }
    }

    /// <summary>Waits for so long a silence; false when <paramref name="ended"/> comes first.</summary>
    public async Task<bool> IsSilentAsync(TimeSpan longest, CancellationToken ended)
    {
        try
        {
            for (var left = longest - silence(); left > TimeSpan.Zero; left = longest - silence())
            {
                await Task.Delay(left < _longestPause ? left : _longestPause, clock, ended);
            }

            return !ended.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
