using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;

namespace Bacalhau.Core.Scheduling;

/// <summary>Carries a placement out: a new execution holds its partition and its node's room from here on.</summary>
internal static class PlacementApplication
{
    /// <summary>Applies a placement if its partition is still free and its node still has the room.</summary>
    public static bool TryApply(ClusterDraft draft, PlanStep.Place place, DateTimeOffset now, Func<long> nextExecutionKey)
    {
        if (PlanApplication.FindLiveJob(draft, place.Job, place.Version) is not { } job
            || !(place.Beside is null ? IsFree(draft, job, place, now) : MaySurge(draft, job, place))
            || !job.HasConcurrencyLeft
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

        var past = place.Beside is null ? job.Retries.GetValueOrDefault(place.Partition) ?? PartitionRetry.None : job.SurgeRetry;
        DataFacts.Expect(draft, place.Node, job.Demand.Data, now);
        var running = AsRunning(job, place, now);
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

    private static LiveJob AsRunning(LiveJob job, PlanStep.Place place, DateTimeOffset now)
    {
        var retries = place.Beside is null ? job.Retries.Remove(place.Partition) : job.Retries;
        var nextFresh = job.NextFresh;
        if (place.Beside is null && !job.Demand.Kind.IsByNode() && job.FindPassed(place.Partition) is { } passed)
        {
            retries = retries.SetItems(passed.Select(partition => KeyValuePair.Create(partition, PartitionRetry.None)));
            nextFresh = job.NextFree(place.Partition + 1);
        }

        var placed = job with
        {
            NextFresh = nextFresh,
            Retries = retries,
            NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            WaitingSince = null,
            LastPlacedAt = now,
        };
        return job.State == JobState.Running ? placed : placed with { State = JobState.Running, Message = "", Revision = job.Revision + 1, ModifiedAt = now };
    }

    private static LiveExecution NewExecution(ClusterDraft draft, LiveJob job, PlanStep.Place place, PartitionRetry past, long key, DateTimeOffset now) => new()
    {
        Id = place.Execution,
        Key = key,
        Job = job.Id,
        JobVersion = job.Version,
        Namespace = job.Namespace,
        Partition = place.Partition,
        Node = place.Node,
        IsSurge = place.Beside is not null,
        Choice = place.Choice,
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
            : !job.Demand.Kind.IsByNode() && place.Partition < job.Demand.Count && job.FindPassed(place.Partition) is not null;
        if (!isWaiting || job.Completed.Contains(place.Partition) || job.Surges.ContainsKey(place.Partition))
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

    private static bool MaySurge(ClusterDraft draft, LiveJob job, PlanStep.Place place) =>
        job.Holders.TryGetValue(place.Partition, out var holder)
        && holder == place.Beside
        && !job.Surges.ContainsKey(place.Partition)
        && draft.Execution(holder) is { IsEnded: false, HoldsRoom: true };

    private static bool HasRoom(ClusterDraft draft, PlanStep.Place place) =>
        draft.Node(place.Node) is { IsEligible: true } node
        && node.Session == place.Session
        && place.Amount.FitsIn(node.Facts.MaxJobRequirements)
        && (place.InLine ? node.Line.Count < EndRate.MaxLookAhead : place.Amount.FitsIn(node.Free));
}
