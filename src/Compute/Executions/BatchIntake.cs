using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Takes in the wishes of one session, batch by batch in the order of their numbers. A batch is saved as a whole before anything is done for it.</summary>
internal sealed class BatchIntake(NodeStore store, NodeExecutions executions, ReportOutbox outbox, TimeProvider clock)
{
    private long applied;

    /// <summary>Number of the last batch taken in; 0 for none yet.</summary>
    public long Applied => Volatile.Read(ref applied);

    /// <summary>Takes in a batch. Not to be called for two batches at once.</summary>
    public async Task<BatchAck> TakeAsync(Batch batch)
    {
        if (batch.Number <= applied)
        {
            return new BatchAck { Number = batch.Number, Applied = true };
        }

        if (batch.Number > applied + 1)
        {
            return new BatchAck { Number = applied + 1 };
        }

        var done = new Effects();
        try
        {
            await store.ChangeAsync(draft =>
            {
                done = new Effects();
                foreach (var wish in batch.Instructions)
                {
                    Take(draft, wish, done);
                }
            });
        }
        catch (NodeStoreException exception)
        {
            return new BatchAck { Number = batch.Number, Reason = exception.Message };
        }

        Volatile.Write(ref applied, batch.Number);
        Do(done);
        return new BatchAck { Number = batch.Number, Applied = true, Rejected = [.. done.Rejected] };
    }

    private void Take(NodeDraft draft, Instruction wish, Effects done)
    {
        var known = draft.Find(new ExecutionId(wish.ExecutionId));
        if (known is not null && wish.AskRevision <= known.AskRevision)
        {
            return;
        }

        switch (wish.Verb)
        {
            case "run" when known is not null:
                draft.Put(known with { AskRevision = wish.AskRevision, KeptUntil = 0 });
                break;
            case "run" when wish.Assignment is null:
                done.Reject(wish, "a run without an assignment");
                break;
            case "run":
                draft.Put(new HeldExecution { ExecutionId = wish.ExecutionId, AskRevision = wish.AskRevision, Assignment = wish.Assignment });
                done.Started.Add(draft.Find(new ExecutionId(wish.ExecutionId))!);
                break;
            case "stop" when known is null:
                done.Buried.Add(Bury(draft, wish));
                break;
            case "stop":
                draft.Put(known with { AskRevision = wish.AskRevision, IsStopAsked = true, StopReason = wish.Reason, KeptUntil = KeptUntil(known, wish) });
                done.Stopped.Add((known.Id, wish.Reason));
                break;
            case "forget" when known is { IsEnded: true }:
                draft.Forget(known with { AskRevision = wish.AskRevision }, wish.ResultAccepted);
                done.Forgotten.Add(known);
                break;
            case "forget" when known is not null:
                draft.Put(known with { AskRevision = wish.AskRevision, IsStopAsked = true, IsForgetAsked = true });
                done.Stopped.Add((known.Id, "the orchestrator has forgotten it"));
                break;
            case "forget":
                break;
            default:
                done.Reject(wish, $"this node does not know the wish '{wish.Verb}'");
                break;
        }
    }

    /// <summary>The first word counts: an orchestrator that is restarted says it again.</summary>
    private long KeptUntil(HeldExecution known, Instruction wish) =>
        known.KeptUntil == 0 && wish.KeepMillis is { } millis ? clock.GetUtcNow().ToUnixTimeMilliseconds() + millis : known.KeptUntil;

    /// <summary>The stop of something unknown is kept, so that a run that comes later is not taken, and its end is reported.</summary>
    private HeldExecution Bury(NodeDraft draft, Instruction wish)
    {
        var tombstone = new HeldExecution
        {
            ExecutionId = wish.ExecutionId,
            AskRevision = wish.AskRevision,
            IsStopAsked = true,
            StopReason = wish.Reason,
            Phase = HeldPhase.Ended,
            End = EndReports.Stopped() with { ExecutionId = wish.ExecutionId },
            EndedAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        draft.Put(tombstone);
        return tombstone;
    }

    private void Do(Effects done)
    {
        foreach (var held in done.Started)
        {
            executions.Hold(held);
            executions.Start(held);
        }

        foreach (var (id, reason) in done.Stopped)
        {
            executions.Stop(id, reason);
        }

        foreach (var tombstone in done.Buried)
        {
            outbox.Post(tombstone.End!, tombstone.EndedAt);
        }

        foreach (var held in done.Forgotten)
        {
            _ = executions.ForgetAsync(held);
        }
    }

    /// <summary>What is to be done once the batch is saved.</summary>
    private sealed class Effects
    {
        public List<HeldExecution> Started { get; } = [];

        public List<(ExecutionId Id, string Reason)> Stopped { get; } = [];

        public List<HeldExecution> Buried { get; } = [];

        public List<HeldExecution> Forgotten { get; } = [];

        public List<Rejection> Rejected { get; } = [];

        public void Reject(Instruction wish, string reason) =>
            Rejected.Add(new Rejection { ExecutionId = wish.ExecutionId, Revision = wish.AskRevision, Reason = reason });
    }
}
