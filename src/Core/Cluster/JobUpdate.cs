using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>A new version of a job.</summary>
/// <param name="SpecDigest">SHA-256 of its canonical spec, lower-case hex.</param>
/// <param name="Demand">What its executions need.</param>
/// <param name="SameProgram">Versions that run the same program in the same way, so that their executions may go on.</param>
/// <param name="IsRollback">Whether it takes a failed version back, so that its own failure takes nothing back again.</param>
public sealed record JobUpdate(string SpecDigest, JobDemand Demand, ImmutableSortedSet<int> SameProgram, bool IsRollback = false)
{
    /// <summary>
    /// Makes the next version of a job, whatever its state. Batch and ops jobs begin anew: what they have is stopped, and a partition is placed again when its
    /// old execution has ended. Jobs that run for ever are replaced step by step, or go on if the program is the same.
    /// </summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="job">The job as it stands, in the draft or, if it is over, as it was stored.</param>
    /// <param name="happened">Event that tells of it.</param>
    /// <param name="now">Time of the commit.</param>
    public LiveJob Apply(ClusterDraft draft, LiveJob job, HistoryEvent happened, DateTimeOffset now)
    {
        var goesOn = !job.State.IsTerminal() && Demand.Kind.IsLongRunning();
        var updated = goesOn ? Continued(job, now) : Anew(job);
        updated = updated with
        {
            Version = job.Version + 1,
            SpecDigest = SpecDigest,
            Demand = Demand,
            Message = IsRollback || updated.State == JobState.Pending ? happened.Message : "",
            Revision = job.Revision + 1,
            SubmittedAt = now,
            ModifiedAt = now,
            WaitingSince = null,
            Refusals = job.Refusals.Clear(),
            Failures = job.Failures.Clear(),
            LastProblem = null,
            HasTargets = false,
            HasRun = updated.State != JobState.Pending && job.HasRun,
            FailedTargets = 0,
            SurgeRetry = PartitionRetry.None,
            NextFireAt = null,
            HeldFiring = null,
            CheckAt = null,
        };
        draft.Put(updated);
        draft.Record(updated, happened);
        foreach (var (partition, id) in updated.Holders.Concat(updated.Surges).ToList())
        {
            var isUnwanted = !goesOn || (!Demand.Kind.IsByNode() && partition >= Demand.Count);
            if (isUnwanted && draft.Execution(id) is { IsEnded: false } execution)
            {
                ExecutionStops.Ask(draft, execution, goesOn ? $"version {updated.Version} wants {Demand.Count}" : $"replaced by version {updated.Version}", now);
            }
        }

        if (!goesOn)
        {
            // What was held by lost nodes is free at once.
            var stopped = draft.Job(job.Id)!;
            draft.Put(stopped with { NextFresh = stopped.NextFree(0) });
        }

        JobConclusion.Settle(draft, job.Id, now);
        return draft.Job(job.Id) ?? updated;
    }

    private static LiveJob Anew(LiveJob job) => job with
    {
        State = JobState.Pending,
        SameProgram = [],
        RolloutFrom = null,
        Completed = PartitionSet.Empty,
        Retries = job.Retries.Clear(),
        NextBackoffEnd = null,
        NextFresh = 0,
    };

    private LiveJob Continued(LiveJob job, DateTimeOffset now)
    {
        var retries = job.Retries.RemoveRange(job.Retries.Keys.Where(partition => !Demand.Kind.IsByNode() && partition >= Demand.Count));
        var keepsProgram = SameProgram.Contains(job.Version);
        // What a silent node may still publish, or may come back with, is not replaced earlier for the new version.
        retries = keepsProgram ? retries : retries.ToImmutableSortedDictionary(
            pair => pair.Key,
            pair => job.Holders.ContainsKey(pair.Key) ? PartitionRetry.None with { NotBefore = pair.Value.NotBefore } : PartitionRetry.None);
        return job with
        {
            State = job.LiveCount > 0 ? job.State : JobState.Pending,
            SameProgram = SameProgram,
            RolloutFrom = keepsProgram ? job.RolloutFrom
                : IsRollback || job.LiveCount == 0 ? null
                : job.RolloutFrom ?? new RolloutOrigin(job.Version, job.SameProgram),
            Retries = retries,
            NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            NextFresh = FirstFresh(job),
        };
    }

    /// <summary>A partition that the version before gave up may still be held by what is being stopped: it is placed again when that has ended.</summary>
    private int FirstFresh(LiveJob job)
    {
        var fresh = Math.Min(job.NextFresh, Math.Min(job.Demand.Count, Demand.Count));
        return fresh < Demand.Count ? job.NextFree(fresh) : fresh;
    }
}
