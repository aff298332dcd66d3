using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>One look over the cluster, with what it has decided so far.</summary>
internal sealed class PlanningPass(ClusterSnapshot snapshot, DateTimeOffset now, IIdSource ids, PlannerOptions options)
{
    private const int MaxRecalls = 64;

    private readonly List<PlanStep> steps = [];
    private readonly HashSet<JobId> failed = [];
    private readonly HashSet<JobId> placed = [];
    private readonly HashSet<string> passedOver = [];
    private readonly Dictionary<string, NodeShortage> shortages = [];
    private NodeRooms? rooms;
    private int placements;
    private bool hasMore;
    private DateTimeOffset? wakeAt;

    /// <summary>Until then nothing fails for want of nodes, as they may only not be back yet.</summary>
    private DateTimeOffset GraceEnd => snapshot.StartedAt + options.DisconnectTimeout;

    /// <summary>Counted only when something waits: a node may send thousands of signs of life meanwhile.</summary>
    private NodeRooms Rooms => rooms ??= new NodeRooms(snapshot, now);

    /// <summary>Fails jobs whose own time limits are over.</summary>
    public void ApplyTimeouts(IEnumerable<LiveJob> due)
    {
        foreach (var job in due)
        {
            ApplyTimeout(job);
        }
    }

    /// <summary>Gives waiting partitions to nodes, in the order of the queue; what does not fit is passed over.</summary>
    public void PlaceWaiting()
    {
        var scanned = 0;
        foreach (var entry in snapshot.Queue)
        {
            if (placements >= options.MaxPlacements)
            {
                hasMore = true;
                return;
            }

            if (++scanned > options.MaxScanned || passedOver.Count >= options.MaxPassedOver)
            {
                return;
            }

            if (snapshot.Jobs.TryGetValue(entry.Job, out var job) && !failed.Contains(job.Id) && !passedOver.Contains(job.Demand.Shape))
            {
                PlaceJob(job);
            }
        }
    }

    /// <summary>Takes executions out of lines when another node has free room for them.</summary>
    public void RecallFromLines()
    {
        var recalls = 0;
        foreach (var (_, node) in snapshot.Nodes)
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

    /// <summary>Says of jobs that changed whether they wait, and fails those that no node could ever run.</summary>
    public void Evaluate(IEnumerable<LiveJob> jobs)
    {
        foreach (var job in jobs)
        {
            EvaluateJob(job);
        }
    }

    public Plan ToPlan()
    {
        var next = NextWakeUp();
        return new Plan([.. steps], next is null || wakeAt < next ? wakeAt : next, hasMore);
    }

    private void ApplyTimeout(LiveJob job)
    {
        if (job.State.IsTerminal() || failed.Contains(job.Id))
        {
            return;
        }

        var demand = job.Demand;
        if (demand.TotalTimeout > TimeSpan.Zero && now - job.SubmittedAt >= demand.TotalTimeout)
        {
            Fail(job, JobEvents.JobTimeout, new ExecutionProblem(
                "Job:TotalTimeout",
                $"job timed out after {demand.TotalTimeout.TotalSeconds:0} s in all",
                "raise Timeouts.TotalTimeout, or give the job fewer resources to wait for"));
        }
        else if (demand.QueueTimeout > TimeSpan.Zero && job.WaitingSince is { } since && now - since >= demand.QueueTimeout)
        {
            var shortage = FindShortage(job).ToProblem(job);
            Fail(job, JobEvents.Scheduling, shortage with
            {
                Message = $"waited longer than its QueueTimeout of {demand.QueueTimeout.TotalSeconds:0} s; {shortage.Message}",
                Hint = "raise Timeouts.QueueTimeout, or see 'bacalhau node list' for what each node offers",
            });
        }
    }

    private void PlaceJob(LiveJob job)
    {
        foreach (var (partition, retry) in job.Retries)
        {
            if (retry.NotBefore <= now && !TryPlace(job, partition))
            {
                return;
            }
        }

        for (var partition = job.NextFresh; partition < job.Demand.Count; partition++)
        {
            if (!TryPlace(job, partition))
            {
                return;
            }
        }
    }

    private bool TryPlace(LiveJob job, int partition)
    {
        if (placements >= options.MaxPlacements)
        {
            hasMore = true;
            return false;
        }

        if (Rooms.Find(job) is not { } found)
        {
            if (job.Refusals.IsEmpty)
            {
                passedOver.Add(job.Demand.Shape);
            }

            WakeAtRefusalEnd(job);
            return false;
        }

        found.Room.Give(job.Demand.Amount, found.InLine);
        var replaced = job.Holders.TryGetValue(partition, out var holder) ? holder : (ExecutionId?)null;
        steps.Add(new PlanStep.Place(
            job.Id, job.Version, partition, found.Room.Node.Id, found.Room.Node.Session!.Value, ids.NextExecutionId(), job.Demand.Amount, found.InLine, replaced));
        placed.Add(job.Id);
        placements++;
        return true;
    }

    /// <summary>A node that refused may be asked again when its refusal is over.</summary>
    private void WakeAtRefusalEnd(LiveJob job)
    {
        foreach (var (_, refusal) in job.Refusals)
        {
            if (refusal.ValidUntil > now)
            {
                Wake(refusal.ValidUntil);
            }
        }
    }

    private bool TryRecall(ExecutionId id, ClusterNode node)
    {
        if (!snapshot.Executions.TryGetValue(id, out var execution)
            || execution is not { Desired: DesiredState.Running, HoldsRoom: true }
            || !snapshot.Jobs.TryGetValue(execution.Job, out var job))
        {
            return false;
        }

        var due = execution.CreatedAt + options.RecallAfter;
        if (due > now)
        {
            Wake(due);
            return false;
        }

        if (Rooms.FindOther(job, node.Id) is not { } other)
        {
            return false;
        }

        other.Give(execution.Amount, inLine: false);
        steps.Add(new PlanStep.Recall(id));
        return true;
    }

    private void EvaluateJob(LiveJob job)
    {
        if (placed.Contains(job.Id))
        {
            return;
        }

        ApplyTimeout(job);
        if (failed.Contains(job.Id))
        {
            return;
        }

        if (job.State.IsTerminal() || !job.HasWaiting)
        {
            Clean(job);
        }
        else if (job.Demand.QueueTimeout == TimeSpan.Zero && FindShortage(job).Suitable == 0)
        {
            FailUnplaceable(job);
        }
        else if (job.State == JobState.Pending && now - job.SubmittedAt >= LiveJob.QueuedAfter)
        {
            steps.Add(new PlanStep.Queue(job.Id, job.Version, FindShortage(job).ToText()));
        }
        else
        {
            Clean(job);
        }
    }

    private void FailUnplaceable(LiveJob job)
    {
        if (now < GraceEnd && !AreAllNodesBack())
        {
            Wake(GraceEnd);
            return;
        }

        Fail(job, JobEvents.Scheduling, FindShortage(job).ToProblem(job));
    }

    private bool AreAllNodesBack()
    {
        foreach (var (_, node) in snapshot.Nodes)
        {
            if (node.Membership == NodeMembership.Approved && node.Facts.IsCompute && node.Connection != NodeConnection.Connected)
            {
                return false;
            }
        }

        return !snapshot.Nodes.IsEmpty;
    }

    private NodeShortage FindShortage(LiveJob job)
    {
        if (!job.Refusals.IsEmpty)
        {
            return NodeShortage.Find(snapshot, job, now, options.ForgetAfter);
        }

        if (!shortages.TryGetValue(job.Demand.Shape, out var shortage))
        {
            shortages[job.Demand.Shape] = shortage = NodeShortage.Find(snapshot, job, now, options.ForgetAfter);
        }

        return shortage with { Requested = NodeShortage.CountWaiting(job) };
    }

    private void Fail(LiveJob job, string topic, ExecutionProblem problem)
    {
        failed.Add(job.Id);
        steps.RemoveAll(step => step is PlanStep.Place place && place.Job == job.Id);
        steps.Add(new PlanStep.Fail(job.Id, job.Version, topic, problem));
    }

    private void Clean(LiveJob job)
    {
        if (snapshot.Dirty.Contains(job.Id))
        {
            steps.Add(new PlanStep.Clean(job));
        }
    }

    private void Wake(DateTimeOffset at) => wakeAt = wakeAt is null || at < wakeAt ? at : wakeAt;

    private DateTimeOffset? NextWakeUp()
    {
        var index = snapshot.WakeUps.IndexOf(new WakeUp(now, new JobId("\uffff")));
        index = index < 0 ? ~index : index;
        return index < snapshot.WakeUps.Count ? snapshot.WakeUps[index].At : null;
    }
}
