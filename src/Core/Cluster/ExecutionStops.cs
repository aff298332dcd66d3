using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Cluster;

/// <summary>Asks nodes to end executions.</summary>
public static class ExecutionStops
{
    /// <summary>
    /// Asks for the end of an execution that has not ended. It holds its partition and room until its node reports the end; one whose node is lost
    /// holds nothing any more and is over at once, and is stopped if that node comes back.
    /// </summary>
    public static void Ask(ClusterDraft draft, LiveExecution execution, string reason, DateTimeOffset now)
    {
        if (execution.Desired == DesiredState.Stopped)
        {
            return;
        }

        var asked = Asking(draft, execution, Cluster.Ask.Stop, now) with { DesiredMessage = reason, Phase = ExecutionPhase.Stopping };
        if (execution.HoldsRoom)
        {
            draft.Put(asked);
            RecordFor(draft, execution, new HistoryEvent(execution.Id, JobEvents.Scheduling, $"Execution stop requested: {reason}", now));
            return;
        }

        EndLost(draft, asked, now);
    }

    /// <summary>Ends an execution that is to stop and whose node is lost.</summary>
    public static void EndLost(ClusterDraft draft, LiveExecution execution, DateTimeOffset now) =>
        EndUnseen(draft, execution, ExecutionState.Cancelled, $"{execution.DesiredMessage}; node {execution.Node} is lost", now);

    /// <summary>Ends an execution of a lost node without a report; its node is told to stop it if it comes back.</summary>
    public static void Withdraw(ClusterDraft draft, LiveExecution execution, string reason, DateTimeOffset now) =>
        EndUnseen(draft, Asking(draft, execution, Cluster.Ask.Stop, now) with { DesiredMessage = reason }, ExecutionState.Failed, reason, now);

    /// <summary>The execution with a new wish.</summary>
    internal static LiveExecution Asking(ClusterDraft draft, LiveExecution execution, Ask ask, DateTimeOffset now) => execution with
    {
        Ask = ask,
        AskRevision = execution.AskRevision + 1,
        AskOrder = draft.NextAskOrder(),
        Desired = DesiredState.Stopped,
        Revision = execution.Revision + 1,
        ModifiedAt = now,
    };

    private static void EndUnseen(ClusterDraft draft, LiveExecution execution, ExecutionState state, string message, DateTimeOffset now)
    {
        draft.Put(execution with
        {
            State = state,
            Phase = ExecutionPhase.None,
            Message = message,
            HoldsPartition = false,
            HoldsRoom = false,
            InLine = false,
            GrantUntil = null,
        });
        draft.RecordEnd(execution.Id, new ExecutionEnd(null, null, []));
        RecordFor(draft, execution, new HistoryEvent(execution.Id, JobEvents.Scheduling, message, now));
    }

    private static void RecordFor(ClusterDraft draft, LiveExecution execution, HistoryEvent happened)
    {
        if (draft.Job(execution.Job) is { } job)
        {
            draft.Record(job, happened);
        }
    }
}
