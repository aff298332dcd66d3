using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>What became of an observation.</summary>
public enum ReportVerdict
{
    /// <summary>It is part of the state now.</summary>
    Taken,

    /// <summary>It was taken before, or a newer one was.</summary>
    AlreadyTaken,

    /// <summary>The execution is not this node's, or its end is in the store and its node may forget it.</summary>
    Unknown,
}

/// <summary>Takes in what nodes observe, and what silence of a node means.</summary>
public static class ExecutionReports
{
    /// <summary>How long a refusal keeps a node from being asked again.</summary>
    public static readonly TimeSpan RefusalLength = TimeSpan.FromMinutes(10);

    /// <summary>Takes one observation in. May arrive twice, late, or for an execution that is over.</summary>
    public static ReportVerdict Take(ClusterDraft draft, NodeId from, Observation seen, DateTimeOffset now)
    {
        if (draft.Execution(seen.Execution) is not { } execution || execution.Node != from)
        {
            TakeOfStranger(draft, from, seen);
            return ReportVerdict.Unknown;
        }

        if (seen.ReportRevision <= execution.ReportRevision)
        {
            return ReportVerdict.AlreadyTaken;
        }

        execution = execution with { ReportRevision = seen.ReportRevision, IsKnownToNode = true };
        if (execution.IsEnded)
        {
            TakeLate(draft, execution, seen, now);
        }
        else if (seen.Outcome == ObservedOutcome.Running)
        {
            TakeProgress(draft, execution, seen, now);
        }
        else
        {
            TakeEnd(draft, execution, seen, now);
        }

        return ReportVerdict.Taken;
    }

    /// <summary>
    /// The node of an execution is lost: its room is free, and its partition may be placed again unless a grant to publish still runs. The execution itself
    /// goes on holding the partition until a replacement is placed, so that it can be taken back.
    /// </summary>
    public static void Lose(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        if (execution.IsEnded)
        {
            draft.Put(execution with { HoldsRoom = false, InLine = false }, write: false);
            return;
        }

        if (!execution.HoldsRoom)
        {
            // Lost before the last start of this orchestrator, and not back since.
            return;
        }

        // One that waited in the node's line still does if it comes back.
        var lost = execution with { HoldsRoom = false, Phase = ExecutionPhase.Unreachable, ModifiedAt = now };
        if (execution.Desired == DesiredState.Stopped)
        {
            ExecutionStops.EndLost(draft, lost, now);
            if (LiveJobOf(draft, execution) is { } recalledFrom)
            {
                // It was only to leave the node's line: its partition is still wanted.
                Return(draft, recalledFrom, execution.Partition, PartitionRules.AfterReturn(execution.Past, now), now);
            }

            JobConclusion.Settle(draft, execution.Job, now);
            return;
        }

        draft.Put(lost);
        if (LiveJobOf(draft, execution) is { } job)
        {
            var retry = PartitionRules.AfterReturn(execution.Past, now);
            retry = execution.GrantUntil is { } until && until > retry.NotBefore ? retry with { NotBefore = until } : retry;
            Return(draft, job, execution.Partition, retry, now);
            draft.Record(job, new HistoryEvent(execution.Id, JobEvents.Scheduling, $"Node {execution.Node} is lost; the execution is replaced when another node has room", now));
        }
    }

    /// <summary>The node of a lost execution is back with it, before it was replaced: it holds its room again.</summary>
    public static void TakeBack(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        draft.Put(execution with { HoldsRoom = true, Phase = ExecutionPhase.None, ModifiedAt = now });
        if (draft.Job(execution.Job) is { } job && job.Version == execution.JobVersion && job.Retries.ContainsKey(execution.Partition))
        {
            var retries = job.Retries.Remove(execution.Partition);
            draft.Put(job with { Retries = retries, NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now) });
        }
    }

    /// <summary>A node that had an execution has it no more, without having told its end.</summary>
    public static void LostByNode(ClusterDraft draft, LiveExecution execution, DateTimeOffset now) => TakeEnd(
        draft,
        execution,
        new Observation
        {
            Execution = execution.Id,
            ReportRevision = execution.ReportRevision,
            Outcome = ObservedOutcome.Interrupted,
            Problem = new ExecutionProblem("Node:ExecutionLost", $"node {execution.Node} has lost the execution", "its data directory was removed or replaced"),
        },
        now);

    /// <summary>Nothing of it is kept, but what has ended holds no room any more.</summary>
    private static void TakeOfStranger(ClusterDraft draft, NodeId id, Observation seen)
    {
        if (draft.Node(id) is { } node && node.Strangers.TryGetValue(seen.Execution, out var stranger) && seen.ReportRevision > stranger.ReportRevision)
        {
            var now = stranger with
            {
                ReportRevision = seen.ReportRevision,
                Room = seen.Outcome == ObservedOutcome.Running ? stranger.Room : ResourceAmount.Zero,
            };
            draft.Put(node with { Strangers = node.Strangers.SetItem(seen.Execution, now) }, write: false);
            LineStart.Promote(draft, id);
        }
    }

    private static void TakeLate(ClusterDraft draft, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        if (seen.Outcome == ObservedOutcome.Running)
        {
            draft.Put(execution, write: false);
            return;
        }

        var forgotten = execution.Ask == Ask.Forget
            ? execution
            : ExecutionStops.Asking(draft, execution, Ask.Forget, execution.ModifiedAt) with { Revision = execution.Revision };
        draft.Put(forgotten with { HoldsRoom = false }, write: false);
        FreeRoom(draft, execution, now);
    }

    private static void TakeProgress(ClusterDraft draft, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        var isForward = execution.State.CanBecome(ExecutionState.Running);
        draft.Put(execution with
        {
            State = isForward ? ExecutionState.Running : execution.State,
            Phase = execution.Desired == DesiredState.Stopped || execution.State == ExecutionState.Publishing ? execution.Phase : seen.Phase,
            Revision = execution.Revision + 1,
            ModifiedAt = now,
        });
        RecordEvents(draft, execution, seen, now);
    }

    private static void TakeEnd(ClusterDraft draft, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        var state = EndState(execution, seen.Outcome);
        draft.Put(ExecutionStops.Asking(draft, execution, Ask.Forget, now) with
        {
            State = state,
            Phase = ExecutionPhase.None,
            Message = seen.Problem?.Message ?? (state == ExecutionState.Cancelled ? execution.DesiredMessage : execution.Message),
            DesiredMessage = execution.Desired == DesiredState.Stopped ? execution.DesiredMessage : EndMessage(state),
            HoldsPartition = false,
            HoldsRoom = false,
            InLine = false,
            HasResult = state == ExecutionState.Completed || seen.PublishedResult is not null,
            GrantUntil = null,
        });
        draft.RecordEnd(execution.Id, new ExecutionEnd(seen.Output, seen.PublishedResult, seen.LogTail));
        RecordEvents(draft, execution, seen, now);
        FreeRoom(draft, execution, now);
        if (seen.Outcome == ObservedOutcome.NoRoom && draft.Node(execution.Node) is { } node)
        {
            draft.Put(node with { NeedsSync = true }, write: false);
        }

        if (LiveJobOf(draft, execution) is { } job)
        {
            ApplyToJob(draft, job, execution, state, seen, now);
        }

        JobConclusion.Settle(draft, execution.Job, now);
    }

    private static ExecutionState EndState(LiveExecution execution, ObservedOutcome outcome) => outcome switch
    {
        ObservedOutcome.Completed => ExecutionState.Completed,
        ObservedOutcome.Refused or ObservedOutcome.NoRoom => ExecutionState.BidRejected,
        ObservedOutcome.Stopped => ExecutionState.Cancelled,
        ObservedOutcome.Interrupted when execution.Desired == DesiredState.Stopped => ExecutionState.Cancelled,
        _ => ExecutionState.Failed,
    };

    private static string EndMessage(ExecutionState state) => state switch
    {
        ExecutionState.Completed => "execution completed",
        ExecutionState.BidRejected => "execution refused",
        ExecutionState.Cancelled => "execution stopped",
        _ => "execution failed",
    };

    private static void ApplyToJob(
        ClusterDraft draft, LiveJob job, LiveExecution execution, ExecutionState state, Observation seen, DateTimeOffset now)
    {
        var retries = job.Retries.Remove(execution.Partition);
        if (state == ExecutionState.Completed)
        {
            draft.Put(job with
            {
                Completed = job.Completed.Add(execution.Partition),
                Retries = retries,
                NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now),
            });
            return;
        }

        var isAttempt = seen.Outcome == ObservedOutcome.Failed;
        var retry = isAttempt ? PartitionRules.AfterAttempt(execution.Past, job.Demand, now)
            : seen.Outcome == ObservedOutcome.Refused ? PartitionRules.AfterRefusal(execution.Past, now)
            : PartitionRules.AfterReturn(execution.Past, now);
        job = job with { LastProblem = isAttempt || seen.Outcome == ObservedOutcome.Refused ? seen.Problem ?? job.LastProblem : job.LastProblem };
        if (isAttempt)
        {
            job = job with { Failures = job.Failures.SetItem(execution.Node, job.Failures.GetValueOrDefault(execution.Node) + 1) };
        }
        else if (seen is { Outcome: ObservedOutcome.Refused, Problem: { } problem })
        {
            var factsRevision = draft.Node(execution.Node)?.FactsRevision ?? 0;
            job = job with { Refusals = job.Refusals.SetItem(execution.Node, new NodeRefusal(problem, now + RefusalLength, factsRevision)) };
        }

        if (isAttempt && retry.Attempts >= job.Demand.MaxAttempts)
        {
            Fail(draft, job, now);
        }
        else
        {
            Return(draft, job, execution.Partition, retry, now);
        }
    }

    private static void Fail(ClusterDraft draft, LiveJob job, DateTimeOffset now)
    {
        var problem = job.LastProblem ?? new ExecutionProblem("Job:AttemptsExhausted", "all attempts failed");
        JobConclusion.End(draft, job, JobState.Failed, problem.Message, JobEvents.Failed(null, JobEvents.Scheduling, problem, now), now);
    }

    private static void Return(ClusterDraft draft, LiveJob job, int partition, PartitionRetry retry, DateTimeOffset now)
    {
        var retries = job.Retries.SetItem(partition, retry);
        draft.Put(job with { Retries = retries, NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now) });
    }

    private static void RecordEvents(ClusterDraft draft, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        if (draft.Job(execution.Job) is not { } job)
        {
            return;
        }

        foreach (var happened in seen.Events)
        {
            draft.Record(job, JobEvents.FromNode(execution.Id, happened, now));
        }

        if (seen.Outcome == ObservedOutcome.Completed)
        {
            draft.Record(job, new HistoryEvent(execution.Id, JobEvents.Execution, "Completed successfully", now));
        }
        else if (seen.Problem is { } problem && !seen.Events.Any(e => e.Details?.ContainsKey("IsError") == true))
        {
            draft.Record(job, JobEvents.Failed(execution.Id, JobEvents.Execution, problem, now));
        }
    }

    private static LiveJob? LiveJobOf(ClusterDraft draft, LiveExecution execution) =>
        draft.Job(execution.Job) is { } job && job.Version == execution.JobVersion && !job.State.IsTerminal() ? job : null;

    private static void FreeRoom(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        if (draft.Node(execution.Node) is not { } node)
        {
            return;
        }

        draft.Put(node with { Ends = node.Ends.Add(now) }, write: false);
        LineStart.Promote(draft, execution.Node);
    }
}
