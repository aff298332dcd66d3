using Bacalhau.Compute.Engines;

namespace Bacalhau.Compute.Executions;

/// <summary>Why an execution is asked to end before its time.</summary>
internal enum StopCause
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The orchestrator wants it to end.</summary>
    Asked,

    /// <summary>The node stops, and does not leave anything running.</summary>
    NodeStops,

    /// <summary>The node has not heard from its orchestrator for as long as the job allows.</summary>
    CutOff,
}

/// <summary>How others reach into a running execution.</summary>
internal sealed class ExecutionControl : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource detach = new();
    private readonly CancellationTokenSource leave;

    public ExecutionControl() => leave = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, detach.Token);

    /// <summary>Whether and why it is to end.</summary>
    public StopCause Cause { get; private set; }

    /// <summary>What the orchestrator said to it.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The engine that has something of it to remove; null before any does.</summary>
    public IEngine? Engine { get; set; }

    /// <summary>Whether the orchestrator forgot it while it lived, so that its end is of no interest.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>It is to end.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>The node goes away.</summary>
    public CancellationToken Detach => detach.Token;

    /// <summary>One of both: whatever is no program, and can be done again, is given up.</summary>
    public CancellationToken Leave => leave.Token;

    /// <summary>Asks it to end. The first cause stands.</summary>
    public void StopFor(StopCause cause, string reason)
    {
        if (Cause == StopCause.None)
        {
            (Cause, Reason) = (cause, reason);
            Cancel(stop);
        }
    }

    /// <summary>Says that the node goes away.</summary>
    public void LeaveAlone() => Cancel(detach);

    public void Dispose()
    {
        leave.Dispose();
        stop.Dispose();
        detach.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
