using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Cluster;

/// <summary>Takes jobs in, and stops them when a person asks.</summary>
public static class Submission
{
    /// <summary>Takes a new job in.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="job">The job, version 1, Pending.</param>
    /// <param name="now">Time of the commit.</param>
    /// <returns>The job as it stands; one without partitions is completed already.</returns>
    public static LiveJob Accept(ClusterDraft draft, LiveJob job, DateTimeOffset now)
    {
        var accepted = job with { WaitingSince = job.HasWaiting ? now : null };
        draft.Put(accepted);
        draft.Record(accepted, new HistoryEvent(null, JobEvents.Submission, "Job submitted", now));
        JobConclusion.Settle(draft, job.Id, now);
        return draft.Job(job.Id) ?? accepted;
    }

    /// <summary>Stops a live job.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The job.</param>
    /// <param name="reason">Why, in the words of who asked; empty for none.</param>
    /// <param name="now">Time of the commit.</param>
    /// <returns>Whether it was stopped now: false if it is not live, or has ended already.</returns>
    public static bool Stop(ClusterDraft draft, JobId id, string reason, DateTimeOffset now)
    {
        if (draft.Job(id) is not { } job || job.State.IsTerminal())
        {
            return false;
        }

        var happened = new HistoryEvent(null, JobEvents.Scheduling, "Job stop requested before completion", now);
        happened = reason.Length > 0 ? happened with { Details = happened.Details.SetItem("Reason", reason) } : happened;
        JobConclusion.End(draft, job, JobState.Stopped, reason, happened, now);
        return true;
    }
}
