namespace Bacalhau.Simulation.Kernel;

/// <summary>The clock of one simulated process: when the process is killed, none of its timers fires any more; while it is frozen, they wait.</summary>
internal sealed class ProcessClock(VirtualClock clock, ProcessContext? context = null) : TimeProvider
{
    /// <summary>Whether the process lives.</summary>
    public bool IsAlive { get; private set; } = true;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public void Kill()
    {
        IsAlive = false;
        context?.Kill();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(
        given =>
        {
            if (context is not null)
            {
                context.Do(() => callback(given));
            }
            else if (IsAlive)
            {
                callback(given);
            }
        },
        state,
        dueTime,
        period);
}
