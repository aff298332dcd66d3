using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

/// <summary>The executions at work on this node: starts, stops and forgets them as the orchestrator wishes, once the wish is saved.</summary>
internal sealed partial class NodeExecutions(RunnerParts parts, ExecutionRunner runner, Leftovers leftovers, ILogger<NodeExecutions> logger)
{
    private static readonly TimeSpan _letGoTime = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly SortedDictionary<ExecutionId, (ExecutionControl Control, Task Work)> working = [];

    /// <summary>Starts an execution that was accepted, or takes one up after a restart.</summary>
    public void Start(HeldExecution held)
    {
        var control = new ExecutionControl();
        var begin = new TaskCompletionSource();
        lock (gate)
        {
            if (working.ContainsKey(held.Id))
            {
                control.Dispose();
                return;
            }

            working.Add(held.Id, (control, WorkAsync(held, control, begin.Task)));
        }

        begin.SetResult();
    }

    /// <summary>Counts an execution's spec as needed, from its acceptance on.</summary>
    public void Hold(HeldExecution held)
    {
        if (held.Assignment is { } assignment)
        {
            parts.Specs.Hold(held.Id, assignment);
        }
    }

    /// <summary>Asks an execution to end; nothing happens if it is not at work.</summary>
    public void Stop(ExecutionId id, string reason) => ControlOf(id)?.StopFor(StopCause.Asked, reason);

    /// <summary>Removes what is left of an execution that has been forgotten. What cannot be withdrawn now is so later.</summary>
    public async Task ForgetAsync(HeldExecution held)
    {
        parts.Outbox.Forget(held.Id);
        try
        {
            // It may still be cleaning up after its end.
            await WorkOn(held.Id);
            parts.KeptLogs.Forget(held.Id);
            await leftovers.WithdrawAsync(held.Id);
        }
        catch (Exception exception) // Forgetting goes on.
        {
            LogNotRemoved(held.ExecutionId, exception);
        }

        if (held.Assignment is { } assignment)
        {
            parts.Specs.Release(assignment);
        }
    }

    /// <summary>The node goes away: what can run on does, and is taken up by the next start; everything else ends and is run again by it.</summary>
    /// <param name="cancellation">When to wait no longer.</param>
    public async Task LeaveAloneAsync(CancellationToken cancellation)
    {
        foreach (var (control, _) in Everything())
        {
            control.LeaveAlone();
        }

        try
        {
            await Task.WhenAll(Everything().Select(one => one.Work)).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            LogStillAtWork(Everything().Count);
        }
    }

    /// <summary>The node goes away and leaves nothing running: everything is stopped and reported interrupted. Gives what was.</summary>
    /// <param name="cancellation">When to leave what has not ended by then.</param>
    public async Task<IReadOnlyList<ExecutionId>> StopAllAsync(CancellationToken cancellation)
    {
        ExecutionId[] all;
        lock (gate)
        {
            all = [.. working.Keys];
        }

        foreach (var (control, _) in Everything())
        {
            control.StopFor(StopCause.NodeStops, "the node stops");
        }

        try
        {
            await Task.WhenAll(Everything().Select(one => one.Work)).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            using var grace = new CancellationTokenSource(_letGoTime, parts.Clock);
            await LeaveAloneAsync(grace.Token);
        }

        return [.. all.Where(id => parts.Store.Current.Find(id) is null or { IsEnded: true })];
    }

    private List<(ExecutionControl Control, Task Work)> Everything()
    {
        lock (gate)
        {
            return [.. working.Values];
        }
    }

    private ExecutionControl? ControlOf(ExecutionId id)
    {
        lock (gate)
        {
            return working.TryGetValue(id, out var one) ? one.Control : null;
        }
    }

    private Task WorkOn(ExecutionId id)
    {
        lock (gate)
        {
            return working.TryGetValue(id, out var one) ? one.Work : Task.CompletedTask;
        }
    }

    private async Task WorkAsync(HeldExecution held, ExecutionControl control, Task begin)
    {
        // Not before it stands in the table: what stops it looks there.
        await begin;
        try
        {
            if (held.IsStopAsked)
            {
                control.StopFor(StopCause.Asked, held.StopReason);
            }

            await runner.RunAsync(held, control);
        }
        catch (Exception exception) // The node goes on; the execution is taken up again at the next start.
        {
            LogWorkFailed(held.ExecutionId, exception);
        }

        lock (gate)
        {
            working.Remove(held.Id);
        }

        control.Dispose();
        if (control.IsForgotten)
        {
            await ForgetAsync(held);
        }
    }
}
