namespace Bacalhau.Compute.Executions;

/// <summary>
/// Holds starts back after the process stood still (frozen, or its machine suspended): what it was to start may run elsewhere by now, which it learns from the
/// orchestrator's next answer. The wait is bounded, so that without an orchestrator work goes on.
/// </summary>
/// <param name="clock">The clock, which goes on while the process stands still.</param>
internal sealed class StartGate(TimeProvider clock)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _delay = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private DateTimeOffset due = DateTimeOffset.MaxValue;
    private TaskCompletionSource? closed;

    /// <summary>How often it was closed; told back with what was heard since.</summary>
    public int Closings { get; private set; }

    /// <summary>The process runs, and says so again within a time.</summary>
    /// <param name="next">Longest time until the next call while the process runs.</param>
    public void Tick(TimeSpan next)
    {
        lock (gate)
        {
            Look();
            due = clock.GetUtcNow() + (2 * next) + _delay;
        }
    }

    /// <summary>The orchestrator has answered a question.</summary>
    /// <param name="closings">Value of <see cref="Closings"/> when the question was asked.</param>
    public void Heard(int closings)
    {
        TaskCompletionSource? opening;
        lock (gate)
        {
            if (closings != Closings)
            {
                return;
            }

            opening = closed;
            closed = null;
        }

        opening?.TrySetResult();
    }

    /// <summary>Completes when a program may start.</summary>
    public async Task PassAsync(CancellationToken cancellation)
    {
        Task? opening;
        lock (gate)
        {
            Look();
            opening = closed?.Task;
        }

        if (opening is null)
        {
            return;
        }

        try
        {
            await opening.WaitAsync(_patience, clock, cancellation);
        }
        catch (TimeoutException)
        {
            // Nobody answers, so nobody has given it away either, as far as can be known.
        }
    }

    private void Look()
    {
        if (clock.GetUtcNow() > due)
        {
            due = DateTimeOffset.MaxValue;
            closed ??= new TaskCompletionSource();
            Closings++;
        }
    }
}
