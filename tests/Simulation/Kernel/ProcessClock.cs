namespace Bacalhau.Simulation.Kernel;

/// <summary>The clock of one simulated process, as wrong as its machine's: when the process is killed, none of its timers fires any more; while it is frozen, they wait.</summary>
/// <param name="clock">The true time.</param>
/// <param name="context">Where its code runs; null for anywhere.</param>
/// <param name="offset">How far the machine's clock is ahead.</param>
/// <param name="rate">Seconds that it shows in one true second.</param>
internal sealed class ProcessClock(VirtualClock clock, ProcessContext? context = null, TimeSpan offset = default, double rate = 1) : TimeProvider
{
    /// <summary>Whether the process lives.</summary>
    public bool IsAlive { get; private set; } = true;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => VirtualClock.Begin + offset + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => (long)(clock.GetTimestamp() * rate);

    public void Kill()
    {
        IsAlive = false;
        context?.Kill();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new OwnTimer(
        clock.CreateTimer(
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
            True(dueTime),
            True(period)),
        this);

    /// <summary>How long a time of this clock takes in truth; rounded up, as no timer may fire early by its own clock.</summary>
    private TimeSpan True(TimeSpan time) => time <= TimeSpan.Zero || rate == 1 ? time : TimeSpan.FromTicks((long)(time.Ticks / rate) + 1);

    private sealed class OwnTimer(ITimer timer, ProcessClock process) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(process.True(dueTime), process.True(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
