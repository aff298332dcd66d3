using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Scheduling;

/// <summary>Gives what waits to nodes, in the order of the queue.</summary>
internal sealed class QueuePass(PlanInProgress plan)
{
    private const int MaxRecalls = 64;

    /// <summary>The first job in the order of the queue that no node had room for.</summary>
    private LiveJob? firstPassedOver;

    /// <summary>Gives waiting partitions to nodes, in the order of the queue; what does not fit is passed over.</summary>
    public void PlaceWaiting()
    {
        if (plan.Snapshot.Queue.IsEmpty)
        {
            plan.Reservations = plan.Reservations.Clear();
            return;
        }

        var queue = plan.OpenQueue();
        KeepReservations();
        while (plan.HasPlacementsLeft() && queue.Next() is { } job)
        {
            if (plan.Failed.Contains(job.Id))
            {
                continue;
            }

            if (job.Demand.Kind.IsByNode())
            {
                PlaceOnNodes(job);
            }
            else
            {
                PlaceNext(job);
            }
        }
    }

    /// <summary>Takes executions out of lines when another node has free room for them, or when something more urgent waits for their node.</summary>
    public void RecallFromLines()
    {
        var recalls = 0;
        foreach (var node in plan.Snapshot.Lined.Select(id => plan.Snapshot.Nodes[id]))
        {
            foreach (var place in node.Line)
            {
                if (recalls >= MaxRecalls || !TryRecall(place.Execution, node))
                {
                    break;
                }

                recalls++;
            }
        }
    }

    /// <summary>
    /// Gives one waiting partition of the job a node; after that others may have their turn first. Partitions that wait for a busy node that holds their data are set aside,
    /// and those behind them go ahead.
    /// </summary>
    private void PlaceNext(LiveJob job)
    {
        while (!plan.IsAtLimit(job) && NextPartition(job, plan.HandledOf(job)) is { } partition)
        {
            if (plan.Data.IsAwaited(job))
            {
                Leave(job);
                return;
            }

            var data = plan.Data.PlacesOf(job, partition);
            if (plan.Rooms.Find(job, data) is not { } found || (found.InLine && !MayStandInLine(job)))
            {
                plan.Waits.Break(job);
                if (data.HasHardNeeds)
                {
                    plan.WithoutData.Add(job);
                }

                PassOver(job);
                return;
            }

            if (!plan.Waits.Holds(job, partition, data, found.Room))
            {
                plan.Place(job, partition, found, replaces: job.Holders.TryGetValue(partition, out var lost) ? lost : null, beside: null);
                plan.Queue!.Again(job, job.LiveCount + plan.PlacedOf(job));
                return;
            }

            if (job.Demand.Count == 1)
            {
                Leave(job);
                return;
            }

            if (!plan.TrySetAside(job))
            {
                return;
            }
        }
    }

    /// <summary>In a node's line nothing that comes later goes ahead, and no limit of the queue counts.</summary>
    private bool MayStandInLine(LiveJob job) => job.Demand.QueueTimeout == TimeSpan.Zero && !(firstPassedOver?.Demand.Priority > job.Demand.Priority);

    /// <summary>The next partition after those that this plan has placed or set aside: first what is to be placed again and is due, then what never was.</summary>
    private int? NextPartition(LiveJob job, int count)
    {
        foreach (var (partition, retry) in job.Retries)
        {
            if (retry.NotBefore <= plan.Now && plan.IsFree(job, partition) && count-- == 0)
            {
                return partition;
            }
        }

        var fresh = job.NextFresh;
        while (fresh < job.Demand.Count && count-- > 0)
        {
            fresh = job.NextFree(fresh + 1);
        }

        return fresh < job.Demand.Count ? fresh : null;
    }

    private void PlaceOnNodes(LiveJob job)
    {
        foreach (var (key, retry) in job.Retries)
        {
            if (!plan.HasPlacementsLeft() || plan.IsAtLimit(job))
            {
                return;
            }

            if (retry.NotBefore <= plan.Now
                && plan.IsFree(job, key)
                && plan.Snapshot.NodeByKey(key) is { } node
                && plan.Rooms.Of(node.Id) is { } room
                && room.Takes(job)
                && NodeFilter.FindObjection(node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(node, job, plan.Now) is null)
            {
                var lost = job.Holders.TryGetValue(key, out var holder) ? holder : (ExecutionId?)null;
                plan.Place(job, key, new FoundRoom(room, false, "runs on each node that matches"), lost, beside: null);
            }
        }

        WakeAtRefusalEnd(job);
    }

    /// <summary>It keeps its place in the queue, and holds nothing.</summary>
    private void Leave(LiveJob job)
    {
        if (job.Refusals.IsEmpty && job.Failures.IsEmpty)
        {
            plan.Queue!.Leave(job);
        }
    }

    private void PassOver(LiveJob job)
    {
        firstPassedOver ??= job;
        if (job.Refusals.IsEmpty && job.Failures.IsEmpty)
        {
            plan.Queue!.PassOver(job);
        }

        WakeAtRefusalEnd(job);
        if (plan.Reservations.ContainsKey(job.Demand.Priority))
        {
            return;
        }

        var due = job.PassedOverSince + plan.Options.ReserveAfter;
        if (due > plan.Now)
        {
            plan.Wake(due);
        }
        else if (plan.Rooms.FindNearest(job, plan.Data.PlacesOf(job, NextPartition(job, plan.HandledOf(job)) ?? 0)) is { } nearest)
        {
            nearest.Reserve(job.Id, job.Demand.Priority);
            plan.Reservations = plan.Reservations.SetItem(job.Demand.Priority, new Reservation(job.Id, nearest.Node.Id));
        }
    }

    /// <summary>Room that was kept stays so while its job waits and its node may take it.</summary>
    private void KeepReservations()
    {
        foreach (var (priority, kept) in plan.Reservations)
        {
            if (plan.Snapshot.Jobs.TryGetValue(kept.Job, out var job)
                && job.IsQueued
                && job.Demand.Priority == priority
                && plan.Rooms.Of(kept.Node) is { } room
                && NodeFilter.FindObjection(room.Node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(room.Node, job, plan.Now) is null)
            {
                room.Reserve(kept.Job, priority);
            }
            else
            {
                plan.Reservations = plan.Reservations.Remove(priority);
            }
        }
    }

    /// <summary>A node that refused may be asked again when its refusal is over.</summary>
    private void WakeAtRefusalEnd(LiveJob job)
    {
        foreach (var (_, refusal) in job.Refusals)
        {
            if (refusal.ValidUntil > plan.Now)
            {
                plan.Wake(refusal.ValidUntil);
            }
        }
    }

    private bool TryRecall(ExecutionId id, ClusterNode node)
    {
        if (!plan.Snapshot.Executions.TryGetValue(id, out var execution)
            || execution is not { Desired: DesiredState.Running, HoldsRoom: true }
            || !plan.Snapshot.Jobs.TryGetValue(execution.Job, out var job))
        {
            return false;
        }

        var due = execution.CreatedAt + plan.Options.RecallAfter;
        if (due > plan.Now)
        {
            plan.Wake(due);
            return false;
        }

        var data = plan.Data.PlacesOf(job, execution.Partition);
        if (plan.Rooms.FindOther(job, node.Id, data) is { } other)
        {
            if (plan.Waits.HoldsInLine(job, execution, data, other))
            {
                return false;
            }

            plan.Rooms.Give(other, job.Id, execution.Amount, inLine: false);
        }
        else if (!(firstPassedOver?.Demand.Priority > job.Demand.Priority) || NodeFilter.FindObjection(node.Facts, firstPassedOver.Demand) is not null)
        {
            return false;
        }

        plan.Steps.Add(new PlanStep.Recall(id));
        return true;
    }
}
