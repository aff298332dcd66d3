namespace Bacalhau.Simulation.Kernel;

/// <summary>Runs everything of a simulated cluster on one thread, in an order that the seed decides; time passes only when nothing is left to do.</summary>
internal sealed class SimulatedThread(VirtualClock clock, Random random) : SynchronizationContext
{
    /// <summary>How many of the oldest callbacks one is chosen from.</summary>
    private const int Disorder = 3;

    /// <summary>More callbacks and timers than anything sound needs at one time.</summary>
    private const int MostAtOneTime = 100_000;

    /// <summary>Many times what a simulation of the longest kind needs: something goes on and on while time creeps.</summary>
    private const int MostInAll = 3_000_000;

    private readonly List<(SendOrPostCallback Callback, object? State)> ready = [];
    private int owner;
    private volatile string? leftAt;

    /// <summary>Called after each callback.</summary>
    public Action? AfterStep { get; set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != owner)
        {
            leftAt ??= Environment.StackTrace;
        }

        lock (ready)
        {
            ready.Add((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Simulated code never waits for a callback.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs until the task has ended.</summary>
    /// <exception cref="InvalidOperationException">Nothing is left to do and it has not ended, something goes on without end, or some code left this thread.</exception>
    public void Run(Func<Task> main)
    {
        var before = Current;
        owner = Environment.CurrentManagedThreadId;
        SetSynchronizationContext(this);
        try
        {
            var task = main();
            var (time, turns) = (clock.GetTimestamp(), 0);
            for (var all = 0; !task.IsCompleted; all++)
            {
                if (all > MostInAll)
                {
                    throw new InvalidOperationException("Something goes on without end.");
                }

                if (clock.GetTimestamp() != time)
                {
                    (time, turns) = (clock.GetTimestamp(), 0);
                }
                else if (++turns > MostAtOneTime)
                {
                    throw new InvalidOperationException("Something goes on and on, and no time passes.");
                }

                if (!RunReady() && !clock.RunNext())
                {
                    throw new InvalidOperationException("Nothing is left to do, and the simulation has not ended: something waits for what never comes, or left the thread.");
                }

                if (leftAt is { } place)
                {
                    throw new InvalidOperationException($"Simulated code came back from another thread; tests/README.md lists what it may await. It came from:\n{place}");
                }
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private bool RunReady()
    {
        (SendOrPostCallback Callback, object? State) next;
        lock (ready)
        {
            if (ready.Count == 0)
            {
                return false;
            }

            var index = random.Next(Math.Min(Disorder, ready.Count));
            next = ready[index];
            ready.RemoveAt(index);
        }

        next.Callback(next.State);
        AfterStep?.Invoke();
        return true;
    }
}
