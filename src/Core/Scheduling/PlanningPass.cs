using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>One look over the cluster, with what it has decided so far.</summary>
internal sealed class PlanningPass(
    ClusterSnapshot snapshot, DateTimeOffset now, IIdSource ids, PlannerOptions options, ImmutableSortedDictionary<int, Reservation> reservations)
{
    private const int MaxRecalls = 64;

    private readonly List<PlanStep> steps = [];
    private readonly HashSet<JobId> failed = [];
    private readonly HashSet<JobId> evaluated = [];
    private readonly Dictionary<JobId, int> placed = [];
    private readonly Dictionary<string, NodeShortage> shortages = [];
    private NodeRooms? rooms;
    private FairQueue? queue;
    private int placements;
    private bool hasMore;
    private DateTimeOffset? wakeAt;

    /// <summary>Rooms that are kept for jobs which were passed over for long.</summary>
    public ImmutableSortedDictionary<int, Reservation> Reservations { get; private set; } = reservations;

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
        if (snapshot.Queue.IsEmpty)
        {
            Reservations = Reservations.Clear();
            return;
        }

        queue = new FairQueue(snapshot, options, Rooms.Total);
        KeepReservations();
        while (HasPlacementsLeft() && queue.Next() is { } job)
        {
            if (failed.Contains(job.Id))
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

    /// <summary>Tells the jobs that are counted by node what has changed of the nodes.</summary>
    public void CompareNodes()
    {
        var changed = snapshot.DirtyNodes.Take(options.MaxNodesCompared).ToList();
        hasMore |= changed.Count < snapshot.DirtyNodes.Count;
        foreach (var id in changed)
        {
            var node = snapshot.Nodes.GetValueOrDefault(id);
            foreach (var job in snapshot.NodeSeekers.Select(seeker => snapshot.Jobs[seeker]))
            {
                if (job.HasTargets && NodeTargets.Follow(snapshot, job, node) is { } target)
                {
                    steps.Add(target);
                    evaluated.Add(job.Id);
                }
                else if (!job.HasTargets)
                {
                    EvaluateJob(job);
                }
            }

            steps.Add(new PlanStep.CleanNode(id, node));
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
        if (demand.TotalTimeout > TimeSpan.Zero && !job.IsScheduled && now - job.SubmittedAt >= demand.TotalTimeout)
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

    private bool HasPlacementsLeft()
    {
        if (placements < options.MaxPlacements)
        {
            return true;
        }

        hasMore = true;
        return false;
    }

    /// <summary>Gives one waiting partition of the job a node; after that others may have their turn first.</summary>
    private void PlaceNext(LiveJob job)
    {
        var count = placed.GetValueOrDefault(job.Id);
        if (IsAtLimit(job, count) || NextPartition(job, count) is not { } partition)
        {
            return;
        }

        if (Rooms.Find(job) is not { } found)
        {
            PassOver(job);
            return;
        }

        Place(job, partition, found, replaces: job.Holders.TryGetValue(partition, out var lost) ? lost : null, beside: null);
        queue!.Again(job, job.LiveCount + count + 1);
    }

    /// <summary>The next partition after those that this plan has placed: first what is to be placed again and is due, then what never was.</summary>
    private int? NextPartition(LiveJob job, int count)
    {
        foreach (var (partition, retry) in job.Retries)
        {
            if (retry.NotBefore <= now && IsFree(job, partition) && count-- == 0)
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

    /// <summary>Whether nothing holds the partition, or only an execution of a lost node.</summary>
    private bool IsFree(LiveJob job, int partition) =>
        !job.Surges.ContainsKey(partition)
        && (!job.Holders.TryGetValue(partition, out var holder) || snapshot.Executions.GetValueOrDefault(holder) is { HoldsRoom: false, IsEnded: false });

    private void PlaceOnNodes(LiveJob job)
    {
        foreach (var (key, retry) in job.Retries)
        {
            if (!HasPlacementsLeft() || IsAtLimit(job, placed.GetValueOrDefault(job.Id)))
            {
                return;
            }

            if (retry.NotBefore <= now
                && IsFree(job, key)
                && snapshot.NodeByKey(key) is { } node
                && Rooms.Of(node.Id) is { } room
                && room.Takes(job)
                && NodeFilter.FindObjection(node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(node, job, now) is null)
            {
                var lost = job.Holders.TryGetValue(key, out var holder) ? holder : (ExecutionId?)null;
                Place(job, key, new FoundRoom(room, false, "runs on each node that matches"), lost, beside: null);
            }
        }

        WakeAtRefusalEnd(job);
    }

    private bool IsAtLimit(LiveJob job, int count) =>
        (job.Demand.MaxConcurrency > 0 && job.LiveCount + count >= job.Demand.MaxConcurrency)
        || QuotaRules.FindObjection(
            options.Quotas.GetValueOrDefault(job.Namespace), UsageOf(job), job, isFirst: job.LiveCount + count == 0) is not null;

    private NamespaceUsage UsageOf(LiveJob job) => queue?.UsageOf(job.Namespace) ?? snapshot.Usage.GetValueOrDefault(job.Namespace);

    private void Place(LiveJob job, int partition, FoundRoom found, ExecutionId? replaces, ExecutionId? beside)
    {
        var count = placed.GetValueOrDefault(job.Id);
        found.Room.Give(job.Id, job.Demand.Amount, found.InLine);
        queue?.Give(job, isFirst: job.LiveCount + count == 0, holdsRoom: !found.InLine);
        var node = found.Room.Node;
        steps.Add(new PlanStep.Place(
            job.Id, job.Version, partition, node.Id, node.Session!.Value, ids.NextExecutionId(), job.Demand.Amount, found.InLine, replaces, beside, found.Choice));
        placed[job.Id] = count + 1;
        placements++;
        if (Reservations.TryGetValue(job.Demand.Priority, out var kept) && kept.Job == job.Id)
        {
            Reservations = Reservations.Remove(job.Demand.Priority);
        }
    }

    private void PassOver(LiveJob job)
    {
        if (job.Refusals.IsEmpty && job.Failures.IsEmpty)
        {
            queue!.PassOver(job);
        }

        WakeAtRefusalEnd(job);
        if (Reservations.ContainsKey(job.Demand.Priority))
        {
            return;
        }

        var due = job.PassedOverSince + options.ReserveAfter;
        if (due > now)
        {
            Wake(due);
        }
        else if (Rooms.FindNearest(job) is { } nearest)
        {
            nearest.Reserve(job.Id, job.Demand.Priority);
            Reservations = Reservations.SetItem(job.Demand.Priority, new Reservation(job.Id, nearest.Node.Id));
        }
    }

    /// <summary>Room that was kept stays so while its job waits and its node may take it.</summary>
    private void KeepReservations()
    {
        foreach (var (priority, kept) in Reservations)
        {
            if (snapshot.Jobs.TryGetValue(kept.Job, out var job)
                && job.IsQueued
                && job.Demand.Priority == priority
                && Rooms.Of(kept.Node) is { } room
                && NodeFilter.FindObjection(room.Node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(room.Node, job, now) is null)
            {
                room.Reserve(kept.Job, priority);
            }
            else
            {
                Reservations = Reservations.Remove(priority);
            }
        }
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

        other.Give(job.Id, execution.Amount, inLine: false);
        steps.Add(new PlanStep.Recall(id));
        return true;
    }

    private void EvaluateJob(LiveJob job)
    {
        if (placed.ContainsKey(job.Id) || !evaluated.Add(job.Id))
        {
            return;
        }

        ApplyTimeout(job);
        if (failed.Contains(job.Id))
        {
            return;
        }

        if (job.State.IsTerminal())
        {
            Clean(job, null);
        }
        else if (job.IsScheduled)
        {
            FollowSchedule(job);
        }
        else if (job.Demand.Kind.IsByNode() && !job.HasTargets)
        {
            ChooseNodes(job);
        }
        else if (job.Demand.Kind.IsByNode() && NodeTargets.Follow(snapshot, job, null) is { } target)
        {
            // An execution was stopped because its node no longer matches, and has ended since.
            steps.Add(target);
        }
        else if (!TryRollBack(job))
        {
            var before = steps.Count;
            var checkAt = Earlier(Replace(job), TimeOutUnreachable(job));
            if (steps.Count == before)
            {
                EvaluateWaiting(job, checkAt);
            }
        }
    }

    private void FollowSchedule(LiveJob job)
    {
        var step = ScheduleRules.Decide(job, snapshot.ChildrenOf(job.Id), now);
        if (step is null)
        {
            Clean(job, null);
        }
        else
        {
            steps.Add(step);
        }
    }

    private void ChooseNodes(LiveJob job)
    {
        if (job.Demand.Kind == JobKind.Ops && now < GraceEnd && !AreAllNodesBack())
        {
            Wake(GraceEnd);
            return;
        }

        var target = NodeTargets.Choose(snapshot, job);
        if (job.Demand.Kind == JobKind.Daemon || target.Added.Length > 0)
        {
            steps.Add(target);
        }
        else if (job.Demand.QueueTimeout == TimeSpan.Zero)
        {
            Fail(job, JobEvents.Scheduling, FindShortage(job).ToProblem(job));
        }
        else
        {
            QueueOrClean(job, null);
        }
    }

    private bool TryRollBack(LiveJob job)
    {
        var hasFailed = job.SurgeRetry.Attempts > 0 || job.Retries.Values.Any(retry => retry.Attempts > 0);
        if (job.RolloutFrom is not { } origin || !job.Demand.Rollout.AutoRollback || !hasFailed)
        {
            return false;
        }

        steps.Add(new PlanStep.RollBack(job.Id, job.Version, origin, job.LastProblem ?? new ExecutionProblem("Job:RolloutFailed", "an execution of the new version failed")));
        return true;
    }

    private DateTimeOffset? Replace(LiveJob job)
    {
        var found = Replacements.Find(snapshot, job, now);
        foreach (var (execution, reason) in found.Retired)
        {
            steps.Add(new PlanStep.Retire(execution.Id, reason));
        }

        foreach (var old in found.Surged)
        {
            var room = job.Demand.Kind.IsByNode() ? RoomBeside(job, old) : Rooms.Find(job);
            if (room is { } free && HasPlacementsLeft() && !IsAtLimit(job, placed.GetValueOrDefault(job.Id)))
            {
                Place(job, old.Partition, free, replaces: null, beside: old.Id);
            }
        }

        if (found.IsRolloutDone)
        {
            steps.Add(new PlanStep.FinishRollout(job.Id, job.Version));
        }

        return found.CheckAt;
    }

    private FoundRoom? RoomBeside(LiveJob job, LiveExecution old) =>
        Rooms.Of(old.Node) is { } room && room.Takes(job) ? new FoundRoom(room, false, "runs on each node that matches") : null;

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
            if (snapshot.Executions.GetValueOrDefault(id) is not { HoldsRoom: false, IsEnded: false, Desired: DesiredState.Running, RunningSince: { } since } lost)
            {
                continue;
            }

            var due = since + job.Demand.ExecutionTimeout + options.DisconnectTimeout;
            due = lost.GrantUntil is { } until && until > due ? until : due;
            if (due > now)
            {
                next = Earlier(next, due);
                continue;
            }

            steps.Add(new PlanStep.TimeOut(id, new ExecutionProblem(
                "Execution:Timeout",
                $"execution ran longer than its ExecutionTimeout of {job.Demand.ExecutionTimeout.TotalSeconds:0} s, by the orchestrator's clock, as node {lost.Node} is silent",
                "raise Timeouts.ExecutionTimeout if the work takes longer")));
        }

        return next;
    }

    private void EvaluateWaiting(LiveJob job, DateTimeOffset? checkAt)
    {
        if (!job.HasWaiting || job.Demand.Kind == JobKind.Daemon)
        {
            Clean(job, checkAt);
        }
        else if (MayFailForNodes(job) && FindShortage(job).Suitable == 0)
        {
            FailUnplaceable(job);
        }
        else
        {
            QueueOrClean(job, checkAt);
        }
    }

    /// <summary>What runs, or ran, has shown that it can: it waits for better times, as long as its own limits let it.</summary>
    private static bool MayFailForNodes(LiveJob job) =>
        job.Demand.QueueTimeout == TimeSpan.Zero && job.LiveCount == 0 && (job.Demand.Kind == JobKind.Batch || job.State != JobState.Running);

    private void QueueOrClean(LiveJob job, DateTimeOffset? checkAt)
    {
        if (job.State == JobState.Pending && now - job.SubmittedAt >= LiveJob.QueuedAfter)
        {
            steps.Add(new PlanStep.Queue(job.Id, job.Version, WhyWaiting(job)));
        }
        else
        {
            Clean(job, checkAt);
        }
    }

    private string WhyWaiting(LiveJob job) =>
        QuotaRules.FindObjection(
            options.Quotas.GetValueOrDefault(job.Namespace), snapshot.Usage.GetValueOrDefault(job.Namespace), job, isFirst: job.LiveCount == 0)
        ?? FindShortage(job).ToText();

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

    private void Clean(LiveJob job, DateTimeOffset? checkAt)
    {
        if (snapshot.Dirty.Contains(job.Id) || checkAt != job.CheckAt)
        {
            steps.Add(new PlanStep.Clean(job, checkAt));
        }
    }

    private void Wake(DateTimeOffset at) => wakeAt = Earlier(wakeAt, at);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private DateTimeOffset? NextWakeUp()
    {
        var index = snapshot.WakeUps.IndexOf(new WakeUp(now, new JobId("\uffff")));
        index = index < 0 ? ~index : index;
        return index < snapshot.WakeUps.Count ? snapshot.WakeUps[index].At : null;
    }
}
