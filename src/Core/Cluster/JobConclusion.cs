using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>Brings jobs to their end, and out of the snapshot when nothing of them is held any more.</summary>
public static class JobConclusion
{
    /// <summary>Ends a job: its state is final, and whatever it still holds is asked to stop.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="job">The job, live and not ended.</param>
    /// <param name="state">A terminal state.</param>
    /// <param name="message">Why, for people; empty for none.</param>
    /// <param name="happened">Event that tells it.</param>
    /// <param name="now">Time of the commit.</param>
    public static void End(ClusterDraft draft, LiveJob job, JobState state, string message, HistoryEvent happened, DateTimeOffset now)
    {
        var ended = job with
        {
            State = state,
            Message = message,
            Revision = job.Revision + 1,
            ModifiedAt = now,
            WaitingSince = null,
            NextBackoffEnd = null,
            Retries = job.Retries.Clear(),
            RolloutFrom = null,
            NextFireAt = null,
            HeldFiring = null,
            CheckAt = null,
        };
        draft.Put(ended);
        draft.Record(ended, happened);
        var reason = state switch
        {
            JobState.Stopped => "job stopped",
            JobState.Failed => "job failed",
            _ => "job completed",
        };
        foreach (var holder in ended.Holders.Values.Concat(ended.Surges.Values).ToList())
        {
            if (draft.Execution(holder) is { IsEnded: false } execution)
            {
                ExecutionStops.Ask(draft, execution, reason, now);
            }
        }

        Settle(draft, job.Id, now);
    }

    /// <summary>Completes a job whose partitions all have a result, notes since when it waits, and takes it out of the snapshot when it is over.</summary>
    public static void Settle(ClusterDraft draft, JobId id, DateTimeOffset now)
    {
        if (draft.Job(id) is not { } job)
        {
            return;
        }

        if (!job.State.IsTerminal() && IsDone(job))
        {
            Conclude(draft, job, now);
            return;
        }

        if (job.State.IsTerminal())
        {
            if (job.LiveCount == 0)
            {
                draft.Remove(id);
            }

            return;
        }

        var waitingSince = job.HasWaiting && !HasAny(draft, job) ? job.WaitingSince ?? now : (DateTimeOffset?)null;
        if (waitingSince != job.WaitingSince)
        {
            draft.Put(job with { WaitingSince = waitingSince });
        }
    }

    /// <summary>Whether anything of it is on a node that is there. What a lost node had may come back, but until then the job waits.</summary>
    private static bool HasAny(ClusterDraft draft, LiveJob job)
    {
        foreach (var (_, holder) in job.Holders)
        {
            if (draft.Execution(holder) is { HoldsRoom: true })
            {
                return true;
            }
        }

        return !job.Surges.IsEmpty;
    }

    private static bool IsDone(LiveJob job) => job.Demand.Kind switch
    {
        JobKind.Batch => !job.IsScheduled && job.Completed.Count >= job.Demand.Count,
        JobKind.Ops => job.HasTargets && job.Retries.IsEmpty && job.LiveCount == 0,
        _ => false,
    };

    private static void Conclude(ClusterDraft draft, LiveJob job, DateTimeOffset now)
    {
        if (job.FailedTargets == 0)
        {
            End(draft, job, JobState.Completed, "", JobEvents.StateChanged(JobState.Completed, now), now);
            return;
        }

        var count = job.FailedTargets + job.Completed.Count;
        var last = job.LastProblem ?? new ExecutionProblem("Job:NodesFailed", "");
        var problem = last with { Message = $"{job.FailedTargets} of {count} {(count == 1 ? "node" : "nodes")} failed; the last: {last.Message}" };
        End(draft, job, JobState.Failed, problem.Message, JobEvents.Failed(null, JobEvents.Scheduling, problem, now), now);
    }
}
