using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Saves how far an execution has come. While the disk is full it waits: what runs is not harmed by that.</summary>
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
        await SaveAsync(held.Id, known => known with { Phase = HeldPhase.Running, StartedAt = now.ToUnixTimeMilliseconds(), Inputs = [.. run.Inputs] }, cancellation);
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
            await SaveAsync(held.Id, known => known with { Phase = HeldPhase.Ended, End = end, EndedAt = now, Inputs = [], Exit = null }, control.Detach);
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

    private byte[] TailOf(ExecutionId id)
    {
        var log = parts.Logs.Open(id);
        log.End();
        return log.Tail(parts.Limits.LogTailBytes);
    }

    private async Task SaveAsync(ExecutionId id, Func<HeldExecution, HeldExecution> change, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await parts.Store.ChangeAsync(draft => Change(draft, id, change));
                return;
            }
            catch (NodeStoreException)
            {
                await Task.Delay(parts.Limits.SaveRetry, parts.Clock, cancellation);
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
