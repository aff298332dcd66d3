namespace Bacalhau.Simulation.Kernel;

/// <summary>Where the code of one simulated process runs, so that the process can be frozen: while it is, nothing of it runs and nothing is lost.</summary>
internal sealed class ProcessContext(SimulatedThread thread) : SynchronizationContext
{
    private readonly List<Action> held = [];
    private bool isDead;

    /// <summary>Whether the process is frozen.</summary>
    public bool IsFrozen { get; private set; }

    public override void Post(SendOrPostCallback d, object? state) => thread.Post(_ => Do(() => d(state)), null);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs code of the process: now, or when it is thawed.</summary>
    public void Do(Action action)
    {
        if (isDead)
        {
            return;
        }

        if (IsFrozen)
        {
            held.Add(action);
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public void Freeze() => IsFrozen = true;

    /// <summary>Goes on, with all that came meanwhile.</summary>
    public void Thaw()
    {
        IsFrozen = false;
        foreach (var action in held)
        {
            thread.Post(_ => Do(action), null);
        }

        held.Clear();
    }

    /// <summary>Ends the process: nothing of it runs any more.</summary>
    public void Kill()
    {
        isDead = true;
        held.Clear();
    }
}
