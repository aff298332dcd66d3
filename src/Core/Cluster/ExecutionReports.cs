using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
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

/// <summary>Takes in what nodes observe.</summary>
public static class ExecutionReports
{
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
        if (seen.Phase == ExecutionPhase.Running && execution.RunningSince is null && draft.Job(execution.Job) is { } job)
        {
            DataFacts.Arrive(draft, execution.Node, job.Demand.Data, now);
        }

        draft.Put(execution with
        {
            State = isForward ? ExecutionState.Running : execution.State,
            Phase = execution.Desired == DesiredState.Stopped || execution.State == ExecutionState.Publishing ? execution.Phase : seen.Phase,
            RunningSince = execution.RunningSince ?? (seen.Phase == ExecutionPhase.Running ? now : null),
            HealthySince = execution.HealthySince ?? (seen.IsHealthy ? now : null),
            Inputs = seen.Inputs ?? execution.Inputs,
            Revision = execution.Revision + 1,
            ModifiedAt = now,
        });
        RecordEvents(draft, execution, seen, now);
    }

    internal static void TakeEnd(ClusterDraft draft, LiveExecution execution, Observation seen, DateTimeOffset now)
    {
        var job = LiveJobOf(draft, execution);
        if (seen.Outcome is ObservedOutcome.Refused or ObservedOutcome.Failed && seen.Inputs is null && job is not null)
        {
            DataFacts.Withdraw(draft, execution.Node, job.Demand.Data);
        }
        else if (seen.Outcome == ObservedOutcome.Completed && job is not null)
        {
            DataFacts.Arrive(draft, execution.Node, job.Demand.Data, now);
        }

        seen = draft.Job(execution.Job) is { } known ? PartitionEnds.AsMeant(seen, execution, known) : seen;
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
            Inputs = seen.Inputs ?? execution.Inputs,
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

        if (job is not null)
        {
            PartitionEnds.Apply(draft, draft.Job(job.Id)!, execution, seen, now);
        }
        else if (draft.Job(execution.Job) is { } over)
        {
            PartitionEnds.TryPromote(draft, over, execution);
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

    internal static LiveJob? LiveJobOf(ClusterDraft draft, LiveExecution execution) =>
        draft.Job(execution.Job) is { } job && !job.State.IsTerminal() ? job : null;

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
