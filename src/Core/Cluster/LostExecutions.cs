using Bacalhau.Core.Executions;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>What silence of a node means for its executions, and what its return does.</summary>
public static class LostExecutions
{
    /// <summary>
    /// The node of an execution is lost: its room is free, and its partition may be placed again unless a grant to publish still runs. The execution itself
    /// goes on holding the partition until a replacement is placed, so that it can be taken back. Who ends it at once tells why, and it is not recorded here.
    /// </summary>
    public static void Lose(ClusterDraft draft, LiveExecution execution, DateTimeOffset now, bool isRecorded = true)
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
        var job = ExecutionReports.LiveJobOf(draft, execution);
        if (job is null || execution.Desired == DesiredState.Stopped || !IsLastOfItsPartition(job, execution))
        {
            EndLost(draft, lost, job, now);
            return;
        }

        draft.Put(lost);
        var silentSince = draft.Node(execution.Node)?.LastSeenAt ?? now;
        PartitionEnds.Return(draft, draft.Job(job.Id)!, execution, PartitionRules.AfterLoss(execution, job.Demand, silentSince, now), now);
        if (isRecorded)
        {
            draft.Record(job, new HistoryEvent(execution.Id, JobEvents.Scheduling, $"Node {execution.Node} is lost; {WhatFollows(job)}", now));
        }

        JobConclusion.Settle(draft, job.Id, now);
    }

    /// <summary>The node of a lost execution is back with it, before it was replaced: it holds its room again.</summary>
    public static void TakeBack(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        draft.Put(execution with { HoldsRoom = true, Phase = ExecutionPhase.None, ModifiedAt = now });
        if (draft.Job(execution.Job) is { } job
            && (job.IsCurrent(execution.JobVersion) || job.Demand.Kind.IsLongRunning())
            && job.Retries.ContainsKey(execution.Partition))
        {
            var retries = job.Retries.Remove(execution.Partition);
            draft.Put(job with { Retries = retries, NextBackoffEnd = PartitionRules.NextBackoffEnd(retries, now) });
        }

        // A rollout goes on with it, too.
        draft.MarkDirty(execution.Job);

        JobConclusion.Settle(draft, execution.Job, now);
    }

    /// <summary>A node that had an execution has it no more, without having told its end.</summary>
    public static void LostByNode(ClusterDraft draft, LiveExecution execution, DateTimeOffset now) => ExecutionReports.TakeEnd(
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

    /// <summary>Whether nothing else runs for its partition, so that it is worth waiting for.</summary>
    private static bool IsLastOfItsPartition(LiveJob job, LiveExecution execution) =>
        !execution.IsSurge && !job.Surges.ContainsKey(execution.Partition);

    private static void EndLost(ClusterDraft draft, LiveExecution lost, LiveJob? job, DateTimeOffset now)
    {
        var stopping = lost.Desired == DesiredState.Stopped
            ? lost
            : ExecutionStops.Asking(draft, lost, Ask.Stop, now) with { DesiredMessage = "another execution of its partition runs" };
        ExecutionStops.EndLost(draft, stopping, now);
        if (job is not null)
        {
            PartitionEnds.AfterWish(draft, draft.Job(job.Id)!, lost, now);
        }
        else if (draft.Job(lost.Job) is { } over)
        {
            PartitionEnds.TryPromote(draft, over, lost);
        }

        JobConclusion.Settle(draft, lost.Job, now);
    }

    private static string WhatFollows(LiveJob job) => job.Demand.Kind.IsByNode()
        ? "the execution runs on or begins again when it is back"
        : "the execution is replaced when another node has room";
}
