using System.Globalization;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;

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
            stale += TryApply(draft, step, now, nextExecutionKey) ? 0 : 1;
        }

        return stale;
    }

    /// <summary>Applies a step if it still holds. Those that make a version or a job out of a stored spec are not among them: <see cref="PlanStep.RollBack"/> and <see cref="PlanStep.Fire"/>.</summary>
    public static bool TryApply(ClusterDraft draft, PlanStep step, DateTimeOffset now, Func<long> nextExecutionKey) => step switch
    {
        PlanStep.Place place => PlacementApplication.TryApply(draft, place, now, nextExecutionKey),
        PlanStep.Ask ask => TryAsk(draft, ask, now),
        PlanStep.Fail fail => TryFail(draft, fail, now),
        PlanStep.Queue queue => TryQueue(draft, queue, now),
        PlanStep.Recall recall => TryRecall(draft, recall, now),
        PlanStep.Clean clean => TryClean(draft, clean, now),
        PlanStep.Target target => TryTarget(draft, target, now),
        PlanStep.CleanNode clean => TryCleanNode(draft, clean),
        PlanStep.Retire retire => TryRetire(draft, retire, now),
        PlanStep.TimeOut timeOut => TryTimeOut(draft, timeOut, now),
        PlanStep.FinishRollout finish => TryFinishRollout(draft, finish, now),
        PlanStep.Schedule schedule => TrySchedule(draft, schedule, now),
        _ => throw new InvalidOperationException($"unknown step {step}"),
    };

    /// <summary>The job of a step, if it is still the same version and not over.</summary>
    public static LiveJob? FindLiveJob(ClusterDraft draft, JobId id, int version) =>
        draft.Job(id) is { } job && job.Version == version && !job.State.IsTerminal() ? job : null;

    private static bool TryAsk(ClusterDraft draft, PlanStep.Ask ask, DateTimeOffset now)
    {
        DataFacts.Ask(draft, ask.Need, ask.Nodes, now, now + ask.AnswerTime);
        return true;
    }

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
        if (FindLiveJob(draft, queue.Job, queue.Version) is not { } job || !(job.State == JobState.Pending || job is { State: JobState.Running, LiveCount: 0 }))
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

    private static bool TryClean(ClusterDraft draft, PlanStep.Clean clean, DateTimeOffset now)
    {
        if (!ReferenceEquals(draft.Job(clean.Seen.Id), clean.Seen))
        {
            return false;
        }

        // A back-off that is over must not hide the times after it.
        var backoffEnd = clean.Seen.NextBackoffEnd <= now ? PartitionRules.NextBackoffEnd(clean.Seen.Retries, now) : clean.Seen.NextBackoffEnd;
        if (clean.Seen.CheckAt != clean.CheckAt || clean.Seen.NextBackoffEnd != backoffEnd)
        {
            draft.Put(clean.Seen with { CheckAt = clean.CheckAt, NextBackoffEnd = backoffEnd }, write: false);
        }

        draft.Clean(clean.Seen.Id);
        return true;
    }

    private static bool TryTarget(ClusterDraft draft, PlanStep.Target target, DateTimeOffset now)
    {
        if (FindLiveJob(draft, target.Job, target.Version) is not { } job)
        {
            return false;
        }

        var isOps = job.Demand.Kind == JobKind.Ops;
        var added = target.Added.Where(key => draft.NodeByKey(key) is not null && !job.Retries.ContainsKey(key) && !job.Completed.Contains(key));
        var dropped = target.Dropped.Where(job.Retries.ContainsKey).ToList();
        var retries = job.Retries.RemoveRange(dropped).AddRange(added.Select(key => KeyValuePair.Create(key, PartitionRetry.None)));
        draft.Put(job with
        {
            HasTargets = true,
            Retries = retries,
            NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            FailedTargets = job.FailedTargets + (isOps ? dropped.Count : 0),
            LastProblem = isOps && dropped.Count > 0
                ? new ExecutionProblem(
                    "Node:Removed", "a node was removed from the cluster, or got other labels, before its execution had ended", "run the job again for the nodes that match now")
                : job.LastProblem,
        });
        foreach (var key in dropped)
        {
            WithdrawLost(draft, job, key, now);
        }

        JobConclusion.Settle(draft, job.Id, now);
        return true;
    }

    /// <summary>What a node that is gone for the job had of it does not come back.</summary>
    private static void WithdrawLost(ClusterDraft draft, LiveJob job, int key, DateTimeOffset now)
    {
        if (job.Holders.TryGetValue(key, out var holder) && draft.Execution(holder) is { HoldsRoom: false, IsEnded: false } lost)
        {
            ExecutionStops.Withdraw(draft, lost, "the job is not to run on its node any more", now);
        }
    }

    private static bool TryCleanNode(ClusterDraft draft, PlanStep.CleanNode clean)
    {
        var node = draft.Node(clean.Node);
        var isSame = node is null || clean.Seen is null
            ? node is null && clean.Seen is null
            : node.Membership == clean.Seen.Membership && node.FactsRevision == clean.Seen.FactsRevision && node.Drain == clean.Seen.Drain && node.Exit == clean.Seen.Exit
                && node.Connection == clean.Seen.Connection;
        if (isSame)
        {
            draft.CleanNode(clean.Node);
        }

        return isSame;
    }

    private static bool TryRetire(ClusterDraft draft, PlanStep.Retire retire, DateTimeOffset now)
    {
        if (draft.Execution(retire.Execution) is not { IsEnded: false, Desired: DesiredState.Running } execution)
        {
            return false;
        }

        ExecutionStops.Ask(draft, execution, retire.Reason, now);
        return true;
    }

    private static bool TryTimeOut(ClusterDraft draft, PlanStep.TimeOut timeOut, DateTimeOffset now)
    {
        if (draft.Execution(timeOut.Execution) is not { IsEnded: false, HoldsRoom: false, Desired: DesiredState.Running } execution
            || draft.Job(execution.Job) is not { } job
            || job.State.IsTerminal())
        {
            return false;
        }

        ExecutionStops.Withdraw(draft, execution, timeOut.Problem.Message, now);
        PartitionEnds.Apply(
            draft,
            draft.Job(job.Id)!,
            execution,
            new Observation { Execution = execution.Id, ReportRevision = execution.ReportRevision, Outcome = ObservedOutcome.Failed, Problem = timeOut.Problem },
            now);
        JobConclusion.Settle(draft, job.Id, now);
        return true;
    }

    private static bool TryFinishRollout(ClusterDraft draft, PlanStep.FinishRollout finish, DateTimeOffset now)
    {
        if (FindLiveJob(draft, finish.Job, finish.Version) is not { RolloutFrom: not null } job)
        {
            return false;
        }

        var done = job with { RolloutFrom = null, SurgeRetry = PartitionRetry.None };
        draft.Put(done);
        draft.Record(done, new HistoryEvent(null, JobEvents.Scheduling, $"Version {job.Version} has replaced version {job.RolloutFrom.Version}", now));
        return true;
    }

    private static bool TrySchedule(ClusterDraft draft, PlanStep.Schedule schedule, DateTimeOffset now)
    {
        if (FindLiveJob(draft, schedule.Job, schedule.Version) is not { } job)
        {
            return false;
        }

        draft.Put(job with { NextFireAt = schedule.At, Message = ScheduleMessage(schedule.At), ModifiedAt = now });
        return true;
    }

    /// <summary>What a scheduled job says of its future.</summary>
    public static string ScheduleMessage(DateTimeOffset? next) =>
        next is { } at ? string.Create(CultureInfo.InvariantCulture, $"next run {at:yyyy-MM-dd HH:mm:ss} UTC") : "no further run";
}
