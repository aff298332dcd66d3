namespace Bacalhau.Simulation.Kernel;

/// <summary>A clock that stands still until the simulation has nothing left to do at its time.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> timers = new();
    private long now;
    private long order;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the simulation begins.</summary>
    public static DateTimeOffset Begin { get; } = DateTimeOffset.UnixEpoch.AddYears(50);

    /// <summary>Time since then.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(now);

    public override DateTimeOffset GetUtcNow() => Begin.AddTicks(now);

    public override long GetTimestamp() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on to the next timer and runs it; false if there is none.</summary>
    public bool RunNext()
    {
        while (timers.TryDequeue(out var timer, out var place))
        {
            if (timer.IsDueAt(place.Due, place.Order))
            {
                now = Math.Max(now, place.Due);
                timer.Run();
                return true;
            }
        }

        return false;
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private (long Due, long Order)? next;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            period = newPeriod;
            Schedule(dueTime);
            return true;
        }

        public bool IsDueAt(long due, long place) => next == (due, place);

        public void Run()
        {
            Schedule(period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period);
            callback(state);
        }

        public void Dispose() => next = null;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(TimeSpan after)
        {
            next = after == Timeout.InfiniteTimeSpan ? null : (clock.now + Math.Max(0, after.Ticks), ++clock.order);
            if (next is { } place)
            {
                clock.timers.Enqueue(this, place);
            }
        }
    }
}
