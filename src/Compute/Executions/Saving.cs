using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Saves how far an execution has come. While the disk is full it waits: what runs is not harmed by that. What was not started yet fails.</summary>
internal sealed class Saving(RunnerParts parts)
{
    /// <summary>The program is about to start, or is taken up again. Gives when it was first started.</summary>
    public async Task<DateTimeOffset> SaveRunningAsync(HeldExecution held, EngineRun run, bool runsOn, CancellationToken cancellation)
    {
        if (runsOn)
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(held.StartedAt);
        }

        var now = parts.Clock.GetUtcNow();
        await SaveAsync(
            held.Id,
            known => known with { Phase = HeldPhase.Running, StartedAt = now.ToUnixTimeMilliseconds(), Inputs = [.. run.Inputs] },
            cancellation,
            held.Phase == HeldPhase.Accepted ? GiveUp : null);
        return now;
    }

    /// <summary>The program has ended, and publishing is about to begin.</summary>
    public Task SavePublishingAsync(ExecutionWork work, EngineExit exit, bool timedOut, CancellationToken cancellation)
    {
        var publisher = RunnerParts.NameOf(work.Task.Publisher);
        return SaveAsync(
            work.Held.Id,
            known => known with { Phase = HeldPhase.Publishing, Exit = exit, IsTimedOut = timedOut, Publisher = publisher, Inputs = [] },
            cancellation);
    }

    /// <summary>Saves the end, then sends its report. False when the node went away before.</summary>
    public async Task<bool> SaveEndAsync(HeldExecution held, ExecutionReport end, ExecutionControl control)
    {
        end = end with { ExecutionId = held.ExecutionId, LogTail = end.Output is null ? [] : TailOf(held.Id) };
        var now = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            await SaveAsync(
                held.Id,
                known => known with { Phase = HeldPhase.Ended, End = end, EndedAt = now, Inputs = [], Exit = null },
                control.Detach,
                _ => MakeRoom(held.Id));
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // Before the report is sent nobody can forget it for having ended.
        control.IsForgotten = parts.Store.Current.Find(held.Id) is null;
        if (!control.IsForgotten)
        {
            parts.Outbox.Post(end, now);
        }

        return true;
    }

    /// <summary>Reports that it runs, or is being prepared, if that lasts.</summary>
    public async Task ReportLaterAsync(ExecutionId id, ExecutionPhase phase, long revision, CancellationToken ended)
    {
        try
        {
            await Task.Delay(parts.Limits.ReportAfter, parts.Clock, ended);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        parts.Outbox.Post(
            new ExecutionReport { ExecutionId = id.Value, ReportRevision = revision, Kind = ReportKind.Running, Phase = phase },
            parts.Clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>An end is told without the end of the log where that cannot be read: an execution whose end is never told holds its job for ever.</summary>
    private byte[] TailOf(ExecutionId id)
    {
        try
        {
            var log = parts.Logs.Open(id);
            log.End();
            return log.Tail(parts.Limits.LogTailBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>What was never started harms nobody by failing, and gives its room back.</summary>
    private static void GiveUp(NodeStoreException trouble) =>
        throw new EngineException(new ExecutionProblem("Node:NotSaved", trouble.Message), isRefusal: false, trouble);

    /// <summary>
    /// What fills the disk may be this execution's own files, which are of no use once it has ended; only results that are being published may be needed again,
    /// if the node dies before the end is saved.
    /// </summary>
    private void MakeRoom(ExecutionId id)
    {
        if (parts.Store.Current.Find(id) is not { Phase: not HeldPhase.Publishing })
        {
            return;
        }

        try
        {
            parts.Workspace.FolderOf(id).Clear();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is cleared again after the end.
        }
    }

    /// <summary>Saves, and tries again until that is possible.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="change">What becomes of it.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    /// <param name="whenRefused">Called once, after the first attempt that failed.</param>
    private async Task SaveAsync(
        ExecutionId id, Func<HeldExecution, HeldExecution> change, CancellationToken cancellation, Action<NodeStoreException>? whenRefused = null)
    {
        for (var pause = TimeSpan.Zero; ; pause = parts.Limits.SaveRetry)
        {
            try
            {
                await parts.Store.ChangeAsync(draft => Change(draft, id, change));
                return;
            }
            catch (NodeStoreException exception)
            {
                if (pause == TimeSpan.Zero)
                {
                    whenRefused?.Invoke(exception);
                }

                await Task.Delay(pause, parts.Clock, cancellation);
            }
        }
    }

    private static void Change(NodeDraft draft, ExecutionId id, Func<HeldExecution, HeldExecution> change)
    {
        if (draft.Find(id) is not { } known)
        {
            return;
        }

        var changed = change(known);
        if (changed is { IsEnded: true, IsForgetAsked: true })
        {
            draft.Remove(id);
        }
        else
        {
            draft.Put(changed);
        }
    }
}
