using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>Carries a plan out: rechecks each step against the facts as they are now, and leaves out what no longer holds, to be planned again.</summary>
public static class PlanApplication
{
    /// <summary>Applies the steps that still hold.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="now">Time of the commit.</param>
    /// <param name="nextExecutionKey">Gives keys to new executions.</param>
    /// <returns>How many steps were left out as stale.</returns>
    public static int Apply(ClusterDraft draft, Plan plan, DateTimeOffset now, Func<long> nextExecutionKey)
    {
        var stale = 0;
        foreach (var step in plan.Steps)
        {
            var isDone = step switch
            {
                PlanStep.Place place => TryPlace(draft, place, now, nextExecutionKey),
                PlanStep.Fail fail => TryFail(draft, fail, now),
                PlanStep.Queue queue => TryQueue(draft, queue, now),
                PlanStep.Recall recall => TryRecall(draft, recall, now),
                PlanStep.Clean clean => TryClean(draft, clean),
                _ => throw new InvalidOperationException($"unknown step {step}"),
            };
            stale += isDone ? 0 : 1;
        }

        return stale;
    }

    private static bool TryPlace(ClusterDraft draft, PlanStep.Place place, DateTimeOffset now, Func<long> nextExecutionKey)
    {
        if (FindLiveJob(draft, place.Job, place.Version) is not { } job
            || !IsFree(draft, job, place, now)
            || !HasRoom(draft, place))
        {
            draft.MarkDirty(place.Job);
            return false;
        }

        if (place.Replaces is { } replaced)
        {
            ExecutionStops.Withdraw(draft, draft.Execution(replaced)!, "node is lost; replaced on another node", now);
            job = draft.Job(job.Id)!;
        }

        var past = job.Retries.GetValueOrDefault(place.Partition) ?? PartitionRetry.None;
        var running = AsRunning(job, place.Partition, now);
        draft.Put(running);
        draft.Put(NewExecution(draft, running, place, past, nextExecutionKey(), now));
        running = draft.Job(job.Id)!;
        draft.Record(running, JobEvents.Requested(place.Execution, place.Node, now));
        if (job.State != JobState.Running)
        {
            draft.Record(running, JobEvents.StateChanged(JobState.Running, now));
        }

        draft.Record(running, new HistoryEvent(place.Execution, JobEvents.Execution, "Running", now));
        if (!running.HasWaiting)
        {
            draft.Clean(job.Id);
        }

        return true;
    }

    private static LiveJob AsRunning(LiveJob job, int partition, DateTimeOffset now)
    {
        var retries = job.Retries.Remove(partition);
        var placed = job with
        {
            NextFresh = Math.Max(job.NextFresh, partition + 1),
            Retries = retries,
            NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            WaitingSince = null,
        };
        return job.State == JobState.Running ? placed : placed with { State = JobState.Running, Message = "", Revision = job.Revision + 1, ModifiedAt = now };
    }

    private static LiveExecution NewExecution(ClusterDraft draft, LiveJob job, PlanStep.Place place, PartitionRetry past, long key, DateTimeOffset now) => new()
    {
        Id = place.Execution,
        Key = key,
        Job = job.Id,
        JobVersion = job.Version,
        Partition = place.Partition,
        Node = place.Node,
        Amount = place.Amount,
        SpecDigest = job.SpecDigest,
        Message = "Running",
        Phase = place.InLine ? ExecutionPhase.Queued : ExecutionPhase.None,
        Past = past,
        AskOrder = draft.NextAskOrder(),
        InLine = place.InLine,
        CreatedAt = now,
        ModifiedAt = now,
    };

    private static bool IsFree(ClusterDraft draft, LiveJob job, PlanStep.Place place, DateTimeOffset now)
    {
        var isWaiting = job.Retries.TryGetValue(place.Partition, out var retry)
            ? retry.NotBefore <= now
            : place.Partition == job.NextFresh && place.Partition < job.Demand.Count;
        if (!isWaiting || job.Completed.Contains(place.Partition))
        {
            return false;
        }

        if (!job.Holders.TryGetValue(place.Partition, out var holder))
        {
            return place.Replaces is null;
        }

        return place.Replaces == holder
            && draft.Execution(holder) is { IsEnded: false, HoldsRoom: false } lost
            && (lost.GrantUntil is not { } until || until <= now);
    }

    private static bool HasRoom(ClusterDraft draft, PlanStep.Place place) =>
        draft.Node(place.Node) is { IsEligible: true } node
        && node.Session == place.Session
        && place.Amount.FitsIn(node.Facts.MaxJobRequirements)
        && (place.InLine ? node.Line.Count < EndRate.MaxLookAhead : place.Amount.FitsIn(node.Free));

    private static bool TryFail(ClusterDraft draft, PlanStep.Fail fail, DateTimeOffset now)
    {
        if (FindLiveJob(draft, fail.Job, fail.Version) is not { } job)
        {
            return false;
        }

        JobConclusion.End(draft, job, JobState.Failed, fail.Problem.Message, JobEvents.Failed(null, fail.Topic, fail.Problem, now), now);
        return true;
    }

    private static bool TryQueue(ClusterDraft draft, PlanStep.Queue queue, DateTimeOffset now)
    {
        if (FindLiveJob(draft, queue.Job, queue.Version) is not { State: JobState.Pending } job)
        {
            return false;
        }

        var queued = job with { State = JobState.Queued, Message = queue.Message, Revision = job.Revision + 1, ModifiedAt = now };
        draft.Put(queued);
        draft.Record(queued, new HistoryEvent(null, JobEvents.Queueing, $"Job queued. {queue.Message}", now));
        return true;
    }

    private static bool TryRecall(ClusterDraft draft, PlanStep.Recall recall, DateTimeOffset now)
    {
        if (draft.Execution(recall.Execution) is not { InLine: true, HoldsRoom: true, IsEnded: false } execution)
        {
            return false;
        }

        ExecutionStops.Ask(draft, execution, "recalled, as another node has room", now);
        return true;
    }

    private static bool TryClean(ClusterDraft draft, PlanStep.Clean clean)
    {
        if (!ReferenceEquals(draft.Job(clean.Seen.Id), clean.Seen))
        {
            return false;
        }

        draft.Clean(clean.Seen.Id);
        return true;
    }

    private static LiveJob? FindLiveJob(ClusterDraft draft, JobId id, int version) =>
        draft.Job(id) is { } job && job.Version == version && !job.State.IsTerminal() ? job : null;
}
