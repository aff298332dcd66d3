using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

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
        };
        draft.Put(ended);
        draft.Record(ended, happened);
        var reason = state switch
        {
            JobState.Stopped => "job stopped",
            JobState.Failed => "job failed",
            _ => "job completed",
        };
        foreach (var (_, holder) in ended.Holders)
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

        if (!job.State.IsTerminal() && job.Completed.Count >= job.Demand.Count)
        {
            End(draft, job, JobState.Completed, "", JobEvents.StateChanged(JobState.Completed, now), now);
            return;
        }

        if (job.State.IsTerminal())
        {
            if (job.Holders.IsEmpty)
            {
                draft.Remove(id);
            }

            return;
        }

        var waitingSince = job is { HasWaiting: true, Holders.IsEmpty: true } ? job.WaitingSince ?? now : (DateTimeOffset?)null;
        if (waitingSince != job.WaitingSince)
        {
            draft.Put(job with { WaitingSince = waitingSince });
        }
    }
}
