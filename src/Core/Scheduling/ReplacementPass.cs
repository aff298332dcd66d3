using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Scheduling;

/// <summary>Has what a job runs replaced step by step, and ends what has run too long on nodes that are silent.</summary>
internal sealed class ReplacementPass(PlanInProgress plan)
{
    /// <summary>Plans the next steps for a job.</summary>
    /// <returns>When to look at it again even if nothing changes; null for never.</returns>
    public DateTimeOffset? Apply(LiveJob job, bool isHeld) => PlanInProgress.Earlier(Replace(job, isHeld), TimeOutUnreachable(job));

    private DateTimeOffset? Replace(LiveJob job, bool isHeld)
    {
        var found = Replacements.Find(plan.Snapshot, job, plan.Now, isHeld);
        foreach (var (execution, reason) in found.Retired)
        {
            plan.Steps.Add(new PlanStep.Retire(execution.Id, reason));
        }

        foreach (var old in found.Surged)
        {
            var room = job.Demand.Kind.IsByNode() ? RoomBeside(job, old) : plan.Rooms.Find(job, plan.Data.PlacesOf(job, old.Partition));
            if (room is { } free && plan.HasPlacementsLeft() && !plan.IsAtLimit(job))
            {
                plan.Place(job, old.Partition, free, replaces: null, beside: old.Id);
            }
        }

        if (found.IsRolloutDone)
        {
            plan.Steps.Add(new PlanStep.FinishRollout(job.Id, job.Version));
        }

        return found.CheckAt;
    }

    private FoundRoom? RoomBeside(LiveJob job, LiveExecution old) =>
        plan.Rooms.Of(old.Node) is { } room && room.Takes(job) ? new FoundRoom(room, false, "runs on each node that matches") : null;

    /// <summary>A node enforces the time limit of its executions; for one that is silent, the orchestrator does.</summary>
    private DateTimeOffset? TimeOutUnreachable(LiveJob job)
    {
        DateTimeOffset? next = null;
        if (job.Demand.ExecutionTimeout <= TimeSpan.Zero)
        {
            return null;
        }

        foreach (var id in job.Holders.Values)
        {
            if (plan.Snapshot.Executions.GetValueOrDefault(id) is not { HoldsRoom: false, IsEnded: false, Desired: DesiredState.Running, RunningSince: { } since } lost)
            {
                continue;
            }

            var due = since + job.Demand.ExecutionTimeout + plan.Options.DisconnectTimeout;
            due = lost.GrantUntil is { } until && until > due ? until : due;
            if (due > plan.Now)
            {
                next = PlanInProgress.Earlier(next, due);
                continue;
            }

            plan.Steps.Add(new PlanStep.TimeOut(id, new ExecutionProblem(
                "Execution:Timeout",
                $"execution ran longer than its ExecutionTimeout of {job.Demand.ExecutionTimeout.TotalSeconds:0} s, by the orchestrator's clock, as node {lost.Node} is silent",
                "raise Timeouts.ExecutionTimeout if the work takes longer")));
        }

        return next;
    }
}
