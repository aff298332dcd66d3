using System.Collections.Immutable;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>
/// Saves how far an execution has come. While the disk is full it waits, and what runs is not harmed by that. What was not started yet does not wait, and results that
/// are to be published do for a while only: they may be what fills the disk.
/// </summary>
internal sealed class Saving(RunnerParts parts)
{
    /// <summary>The program is about to start, or is taken up again. Gives the run with its GPUs, and when it was first started; null where it asks for more GPUs than are free.</summary>
    /// <exception cref="NodeStoreException">The first start could not be saved.</exception>
    public async Task<(EngineRun Run, DateTimeOffset StartedAt)?> SaveRunningAsync(ExecutionWork work, EngineRun run, bool runsOn, CancellationToken cancellation)
    {
        var held = work.Held;
        if (runsOn)
        {
            return (run with { Gpus = GpuAssignment.Of(parts.Gpus, held) }, DateTimeOffset.FromUnixTimeMilliseconds(held.StartedAt));
        }

        var now = parts.Clock.GetUtcNow();
        ImmutableArray<GpuDevice>? gpus = null;
        await SaveAsync(
            held.Id,
            (draft, known) => (gpus = GpuAssignment.Choose(parts.Gpus, draft.State.Held.Values, known)) is not { } chosen ? known : known with
            {
                Phase = HeldPhase.Running,
                StartedAt = now.ToUnixTimeMilliseconds(),
                Inputs = [.. run.Inputs],
                InputBytes = BytesOf(run),
                Gpus = [.. chosen.Select(device => device.Id)],
                StopAfterSeconds = work.Spec.Disconnect?.StopAfter ?? 0,
            },
            (trouble, _) =>
            {
                if (held.Phase == HeldPhase.Accepted)
                {
                    throw trouble;
                }
            },
            cancellation);
        return gpus is { } given ? (run with { Gpus = given }, now) : null;
    }

    /// <summary>The program has ended, and publishing is about to begin. Null when that is saved, else why it is given up.</summary>
    public async Task<ExecutionProblem?> FindWhyNotPublishingAsync(ExecutionWork work, EngineExit exit, bool timedOut, CancellationToken cancellation)
    {
        var publisher = RunnerParts.NameOf(work.Task.Publisher);
        var now = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            await SaveAsync(
                work.Held.Id,
                (_, known) => known with
                {
                    Phase = HeldPhase.Publishing,
                    Exit = exit,
                    IsTimedOut = timedOut,
                    Publisher = publisher,
                    PublisherSpec = work.Task.Publisher,
                    PublishingSince = now,
                    Inputs = [],
                },
                (trouble, refusals) => MakeRoomToPublish(work.Held.Id, trouble, refusals),
                cancellation);
            return null;
        }
        catch (NodeStoreException trouble)
        {
            return new ExecutionProblem("Node:NotSaved", $"the results were not published: {trouble.Message}");
        }
    }

    /// <summary>Saves the end, then sends its report. False when the node went away before.</summary>
    public async Task<bool> SaveEndAsync(HeldExecution held, ExecutionReport end, ExecutionControl control)
    {
        end = end with { ExecutionId = held.ExecutionId, LogTail = end.Output is null ? [] : TailOf(held.Id) };
        var saved = end;
        var now = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            await SaveAsync(
                held.Id,
                (_, known) => known with { Phase = HeldPhase.Ended, End = saved = saved with { Inputs = known.InputBytes }, EndedAt = now, Inputs = [], Gpus = [], Exit = null },
                (_, refusals) =>
                {
                    if (refusals == 1)
                    {
                        saved = WithLessToSave(held.Id, end);
                    }
                },
                control.Detach);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        // Before the report is sent nobody can forget it for having ended.
        control.IsForgotten = parts.Store.Current.Find(held.Id) is null or { IsForgotten: true };
        if (!control.IsForgotten)
        {
            parts.Outbox.Post(end with { Inputs = saved.Inputs }, now);
        }

        return true;
    }

    /// <summary>Reports that it is being prepared, if that lasts.</summary>
    public Task ReportPreparingLaterAsync(ExecutionId id, CancellationToken ended) => ReportLaterAsync(
        new ExecutionReport { ExecutionId = id.Value, ReportRevision = ReportOutbox.PreparingRevision, Kind = ReportKind.Running, Phase = ExecutionPhase.Preparing }, ended);

    /// <summary>Reports that it runs, if that lasts.</summary>
    public Task ReportRunningLaterAsync(EngineRun run, CancellationToken ended) => ReportLaterAsync(
        RunningReport(run, ReportOutbox.RunningRevision) with { IsHealthy = run.Task.HealthCheck is null }, ended);

    /// <summary>Reports that its health check has passed for the first time.</summary>
    public void ReportHealthy(EngineRun run) => parts.Outbox.Post(
        RunningReport(run, ReportOutbox.HealthyRevision) with { IsHealthy = true }, parts.Clock.GetUtcNow().ToUnixTimeMilliseconds());

    private static InputBytes? BytesOf(EngineRun run) => run.Inputs.IsEmpty ? null : run.Inputs.Aggregate(default(InputBytes), (sum, input) => sum + input.Bytes);

    private static ExecutionReport RunningReport(EngineRun run, long revision) =>
        new() { ExecutionId = run.Execution.Value, ReportRevision = revision, Kind = ReportKind.Running, Phase = ExecutionPhase.Running, Inputs = BytesOf(run) };

    private async Task ReportLaterAsync(ExecutionReport report, CancellationToken ended)
    {
        try
        {
            await Task.Delay(parts.Limits.ReportAfter, parts.Clock, ended);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        parts.Outbox.Post(report, parts.Clock.GetUtcNow().ToUnixTimeMilliseconds());
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

    private void MakeRoomToPublish(ExecutionId id, NodeStoreException trouble, int refusals)
    {
        if (refusals == 1)
        {
            MakeRoom(id, needsResults: true);
        }
        else if (refusals >= parts.Limits.PublishSaveAttempts)
        {
            throw trouble;
        }
    }

    /// <summary>
    /// What fills the disk may be this execution's own files, which are of no use once it has ended. Results that were published, or still may be, are needed again if
    /// the node dies before the end is saved. The end of the log is sent with the report, and is missed only if the node dies before that.
    /// </summary>
    private ExecutionReport WithLessToSave(ExecutionId id, ExecutionReport end)
    {
        var isPublishing = parts.Store.Current.Find(id) is { Phase: HeldPhase.Publishing };
        MakeRoom(id, needsResults: isPublishing && (end.PublishedResult is not null || end.Kind is ReportKind.Completed or ReportKind.Interrupted));
        return end with { LogTail = [] };
    }

    private void MakeRoom(ExecutionId id, bool needsResults)
    {
        if (parts.Store.Current.Find(id) is not { } known)
        {
            return;
        }

        try
        {
            parts.Workspace.FolderOf(id).Clear(keepsResults: needsResults || known.KeptUntil > 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is cleared again after the end.
        }
    }

    /// <summary>Saves, and tries again until that is possible.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="change">What becomes of it.</param>
    /// <param name="whenRefused">Called after each attempt that failed, with their number. What it throws ends the attempts.</param>
    /// <param name="cancellation">Ends the attempts.</param>
    private async Task SaveAsync(
        ExecutionId id, Func<NodeDraft, HeldExecution, HeldExecution> change, Action<NodeStoreException, int> whenRefused, CancellationToken cancellation)
    {
        for (var refusals = 1; ; refusals++)
        {
            try
            {
                await parts.Store.ChangeAsync(draft => Change(draft, id, change));
                return;
            }
            catch (NodeStoreException exception)
            {
                whenRefused(exception, refusals);
                await Task.Delay(refusals == 1 ? TimeSpan.Zero : parts.Limits.SaveRetry, parts.Clock, cancellation);
            }
        }
    }

    private static void Change(NodeDraft draft, ExecutionId id, Func<NodeDraft, HeldExecution, HeldExecution> change)
    {
        if (draft.Find(id) is not { } known)
        {
            return;
        }

        var changed = change(draft, known);
        if (changed.IsForgotten)
        {
            draft.Forget(changed, resultAccepted: false);
        }
        else
        {
            draft.Put(changed);
        }
    }
}
