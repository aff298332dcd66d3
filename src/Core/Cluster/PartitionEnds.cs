using System.Globalization;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>What the end of an execution means for its partition: done, to be placed again and when, or failed for good.</summary>
internal static class PartitionEnds
{
    /// <summary>A program that is to run for ever never completes: it has failed when it ends, whatever its exit code, unless that was asked.</summary>
    public static Observation AsMeant(Observation seen, LiveExecution execution, LiveJob job)
    {
        if (seen.Outcome != ObservedOutcome.Completed || !job.Demand.Kind.IsLongRunning())
        {
            return seen;
        }

        if (execution.Desired == DesiredState.Stopped)
        {
            return seen with { Outcome = ObservedOutcome.Stopped };
        }

        var code = (seen.Output?.ExitCode ?? 0).ToString(CultureInfo.InvariantCulture);
        var kind = job.Demand.Kind == JobKind.Service ? JobTypes.Service : JobTypes.Daemon;
        return seen with
        {
            Outcome = ObservedOutcome.Failed,
            Problem = new ExecutionProblem(
                "Execution:EndedUnexpectedly",
                $"the program ended with exit code {code}, but a {kind} job runs for ever",
                $"its output says why it ended; a program that ends belongs in a {(job.Demand.Kind == JobKind.Service ? JobTypes.Batch : JobTypes.Ops)} job"),
        };
    }

    /// <summary>An execution of a live job has ended and holds nothing any more.</summary>
    public static void Apply(ClusterDraft draft, LiveJob job, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        if (execution.IsSurge)
        {
            AfterSurge(draft, job, execution, seen, now);
        }
        else if (seen.Outcome == ObservedOutcome.Completed && job.IsCurrent(execution.JobVersion) && !job.Demand.Kind.IsLongRunning())
        {
            // Also what was to be recalled or moved, and was quicker.
            var retries = job.Retries.Remove(execution.Partition);
            draft.Put(job with
            {
                Completed = job.Completed.Add(execution.Partition),
                Retries = retries,
                NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            });
        }
        else if (!job.IsCurrent(execution.JobVersion) || execution.Desired == DesiredState.Stopped)
        {
            if (job.IsCurrent(execution.JobVersion) && seen.Outcome == ObservedOutcome.Refused)
            {
                // It was to be recalled, and its node will not have it either.
                draft.Put(WithMemoryOf(draft, job, execution, seen, now));
            }

            AfterWish(draft, draft.Job(job.Id)!, execution, now);
        }
        else if (job.Surges.ContainsKey(execution.Partition))
        {
            draft.Put(WithMemoryOf(draft, job, execution, seen, now));
            AfterWish(draft, draft.Job(job.Id)!, execution, now);
        }
        else
        {
            AfterFailure(draft, job, execution, seen, now);
        }
    }

    /// <summary>An execution has ended because that was asked, or because it is of an old version: what runs beside it takes its place, or it may be placed again.</summary>
    public static void AfterWish(ClusterDraft draft, LiveJob job, LiveExecution execution, DateTimeOffset now)
    {
        if (execution.IsSurge || TryPromote(draft, job, execution))
        {
            return;
        }

        var isCurrent = job.IsCurrent(execution.JobVersion);
        if ((isCurrent || job.Demand.Kind != JobKind.Ops) && !job.Retries.ContainsKey(execution.Partition))
        {
            Return(draft, job, execution, PartitionRules.AfterWish(isCurrent ? execution.Past : PartitionRetry.None, now), now);
        }
    }

    /// <summary>What runs beside an execution that has ended takes its place, were its job over.</summary>
    public static bool TryPromote(ClusterDraft draft, LiveJob job, LiveExecution execution)
    {
        if (execution.IsSurge || !job.Surges.TryGetValue(execution.Partition, out var surge))
        {
            return false;
        }

        draft.Put(draft.Execution(surge)! with { IsSurge = false });
        return true;
    }

    /// <summary>Has the partition of an execution placed again, if it is still wanted and not waiting anyway.</summary>
    public static void Return(ClusterDraft draft, LiveJob job, LiveExecution execution, PartitionRetry retry, DateTimeOffset now)
    {
        var partition = execution.Partition;
        var isWanted = job.Demand.Kind.IsByNode() || (partition < job.Demand.Count && partition < job.NextFresh);
        if (!isWanted || job.Completed.Contains(partition))
        {
            return;
        }

        var retries = job.Retries.SetItem(partition, retry);
        draft.Put(job with
        {
            Retries = retries,
            NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            HasRun = job.HasRun || (execution.RunningSince is not null && job.IsCurrent(execution.JobVersion)),
        });
    }

    /// <summary>The execution that it was to replace goes on; the next one waits.</summary>
    private static void AfterSurge(ClusterDraft draft, LiveJob job, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        if (execution.Desired == DesiredState.Stopped)
        {
            return;
        }

        var isAttempt = seen.Outcome is ObservedOutcome.Failed or ObservedOutcome.Refused;
        var past = job.SurgeRetry;
        draft.Put(WithMemoryOf(draft, job, execution, seen, now) with
        {
            SurgeRetry = isAttempt ? PartitionRules.AfterAttempt(past, job.Demand, now) : PartitionRules.AfterReturn(past, now),
        });
    }

    private static void AfterFailure(ClusterDraft draft, LiveJob job, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        var past = PartitionRules.PastOf(execution, job.Demand, now);
        var retry = seen.Outcome switch
        {
            ObservedOutcome.Failed => PartitionRules.AfterAttempt(past, job.Demand, now),
            ObservedOutcome.Refused => PartitionRules.AfterRefusal(past, now),
            _ => PartitionRules.AfterReturn(past, now),
        };
        job = WithMemoryOf(draft, job, execution, seen, now) with { Retries = job.Retries.Remove(execution.Partition) };
        var isOver = (seen.Outcome == ObservedOutcome.Failed && (retry.Attempts >= job.Demand.MaxAttempts || HasOnlyFailedToPublish(job, seen)))
            || (seen.Outcome == ObservedOutcome.Refused && job.Demand.Kind == JobKind.Ops);
        if (!isOver)
        {
            draft.Put(job);
            Return(draft, job, execution, retry, now);
        }
        else if (job.Demand.Kind == JobKind.Ops)
        {
            draft.Put(job with { FailedTargets = job.FailedTargets + 1, NextBackoffEnd = PartitionRules.NextBackoffEnd(job.Retries, now) });
        }
        else
        {
            Fail(draft, job, now);
        }
    }

    /// <summary>The program is not run again for results that cannot be published: the node has tried often enough.</summary>
    private static bool HasOnlyFailedToPublish(LiveJob job, Observation seen) =>
        !job.Demand.Kind.IsLongRunning() && seen.Events.Any(happened => happened.Topic == JobEvents.Publishing && happened.Details?.ContainsKey("IsError") == true);

    private static LiveJob WithMemoryOf(ClusterDraft draft, LiveJob job, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        switch (seen.Outcome)
        {
            case ObservedOutcome.Failed:
                job = job with { LastProblem = seen.Problem ?? job.LastProblem };
                return job.Demand.Kind.IsByNode()
                    ? job
                    : job with { Failures = job.Failures.SetItem(execution.Node, new NodeFailures((job.Failures.GetValueOrDefault(execution.Node)?.At(now) ?? 0) + 1, now)) };
            case ObservedOutcome.Refused when seen.Problem is { } problem:
                var factsRevision = draft.Node(execution.Node)?.FactsRevision ?? 0;
                return job with
                {
                    LastProblem = problem,
                    Refusals = job.Refusals.SetItem(execution.Node, new NodeRefusal(problem, now + PartitionRules.RefusalLength, factsRevision)),
                };
            default:
                return job;
        }
    }

    private static void Fail(ClusterDraft draft, LiveJob job, DateTimeOffset now)
    {
        var problem = job.LastProblem ?? new ExecutionProblem("Job:AttemptsExhausted", "all attempts failed");
        JobConclusion.End(draft, job, JobState.Failed, problem.Message, JobEvents.Failed(null, JobEvents.Scheduling, problem, now), now);
    }
}
