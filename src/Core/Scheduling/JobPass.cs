using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>Looks at jobs one by one: their time limits, nodes, replacements and schedules, and whether they wait or can no longer succeed.</summary>
internal sealed class JobPass(PlanInProgress plan)
{
    private readonly ReplacementPass replacing = new(plan);
    private readonly HashSet<JobId> evaluated = [];
    private readonly Dictionary<string, NodeShortage> shortages = [];

    /// <summary>Until then nothing fails for want of nodes, as they may only not be back yet.</summary>
    private DateTimeOffset GraceEnd => plan.Snapshot.StartedAt + plan.Options.DisconnectTimeout;

    /// <summary>Fails jobs whose own time limits are over.</summary>
    public void ApplyTimeouts(IEnumerable<LiveJob> due)
    {
        foreach (var job in due)
        {
            ApplyTimeout(job);
        }
    }

    /// <summary>Tells the jobs that are counted by node what has changed of the nodes.</summary>
    public void CompareNodes()
    {
        var changed = plan.Snapshot.DirtyNodes.Take(plan.Options.MaxNodesCompared).ToList();
        plan.HasMore |= changed.Count < plan.Snapshot.DirtyNodes.Count;
        foreach (var id in changed)
        {
            var node = plan.Snapshot.Nodes.GetValueOrDefault(id);
            foreach (var job in plan.Snapshot.NodeSeekers.Select(seeker => plan.Snapshot.Jobs[seeker]))
            {
                if (job.HasTargets && NodeTargets.Follow(plan.Snapshot, job, node) is { } target)
                {
                    plan.Steps.Add(target);
                    evaluated.Add(job.Id);
                }
                else if (!job.HasTargets)
                {
                    EvaluateJob(job);
                }
            }

            plan.Steps.Add(new PlanStep.CleanNode(id, node));
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

    private void ApplyTimeout(LiveJob job)
    {
        if (job.State.IsTerminal() || plan.Failed.Contains(job.Id))
        {
            return;
        }

        var demand = job.Demand;
        if (demand.TotalTimeout > TimeSpan.Zero && !job.IsScheduled && plan.Now - job.SubmittedAt >= demand.TotalTimeout)
        {
            var unplaced = job.LiveCount == 0 && job.HasWaiting ? $"; {FindShortage(job).ToText()}" : "";
            plan.Fail(job, JobEvents.JobTimeout, new ExecutionProblem(
                "Job:TotalTimeout",
                $"job timed out after {demand.TotalTimeout.TotalSeconds:0} s in all{unplaced}",
                "raise Timeouts.TotalTimeout, or give the job fewer resources to wait for"));
        }
        else if (demand.QueueTimeout > TimeSpan.Zero && job.WaitingSince is { } since && plan.Now - since >= demand.QueueTimeout)
        {
            var shortage = FindShortage(job).ToProblem(job);
            plan.Fail(job, JobEvents.Scheduling, shortage with
            {
                Message = $"waited longer than its QueueTimeout of {demand.QueueTimeout.TotalSeconds:0} s; {shortage.Message}",
                Hint = "raise Timeouts.QueueTimeout, or see 'bacalhau node list' for what each node offers",
            });
        }
    }

    private void EvaluateJob(LiveJob job)
    {
        if (plan.PlacedOf(job) > 0 || !evaluated.Add(job.Id))
        {
            return;
        }

        ApplyTimeout(job);
        if (plan.Failed.Contains(job.Id))
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
        else if (job.Demand.Kind.IsByNode() && NodeTargets.Drop(plan.Snapshot, job) is { } drop)
        {
            plan.Steps.Add(drop);
        }
        else
        {
            GoOn(job);
        }
    }

    private void GoOn(LiveJob job)
    {
        var isHeld = NodeShortage.HoldsRollout(plan.Snapshot, job, plan.Now, plan.Options.ForgetAfter);
        if (TryRollBack(job, isHeld))
        {
            return;
        }

        var before = plan.Steps.Count;
        var checkAt = replacing.Apply(job, isHeld);
        if (plan.Steps.Count == before)
        {
            EvaluateWaiting(job, checkAt);
        }
    }

    private void FollowSchedule(LiveJob job)
    {
        if (plan.Now < GraceEnd && !AreAllNodesBack() && plan.Snapshot.ChildrenOf(job.Id).Any())
        {
            // Whether what was started before is over, only its node knows.
            plan.Wake(GraceEnd);
            return;
        }

        var step = ScheduleRules.Decide(job, plan.Snapshot.ChildrenOf(job.Id), plan.Now);
        if (step is null)
        {
            Clean(job, null);
        }
        else
        {
            plan.Steps.Add(step);
        }
    }

    private void ChooseNodes(LiveJob job)
    {
        if (job.Demand.Kind == JobKind.Ops && plan.Now < GraceEnd && !AreAllNodesBack())
        {
            plan.Wake(GraceEnd);
            return;
        }

        var target = NodeTargets.Choose(plan.Snapshot, job);
        if (job.Demand.Kind == JobKind.Daemon || target.Added.Length > 0)
        {
            plan.Steps.Add(target);
        }
        else if (job.Demand.QueueTimeout == TimeSpan.Zero && !HasSuitable(job))
        {
            plan.Fail(job, JobEvents.Scheduling, FindShortage(job).ToProblem(job));
        }
        else
        {
            // That none of those that match answers now is no verdict on the job.
            QueueOrClean(job, null);
        }
    }

    private bool TryRollBack(LiveJob job, bool isHeld)
    {
        var hasFailed = job.SurgeRetry.Attempts > 0 || job.Retries.Values.Any(retry => retry.Attempts > 0);
        var isHopeless = isHeld && (plan.Now >= GraceEnd || AreAllNodesBack());
        if (job.RolloutFrom is not { } origin || !job.Demand.Rollout.AutoRollback || !(hasFailed || isHopeless))
        {
            return false;
        }

        var problem = isHopeless
            ? (FindShortage(job) with { Requested = Math.Max(1, NodeShortage.CountWaiting(job)) }).ToProblem(job)
            : job.LastProblem ?? new ExecutionProblem("Job:RolloutFailed", "an execution of the new version failed");
        plan.Steps.Add(new PlanStep.RollBack(job.Id, job.Version, origin, problem));
        return true;
    }

    private void EvaluateWaiting(LiveJob job, DateTimeOffset? checkAt)
    {
        if (!job.HasWaiting && !WaitingReason.IsWithoutNodes(job))
        {
            Clean(job, checkAt);
        }
        else if (job.Demand.Kind != JobKind.Daemon && MayFailForNodes(job) && !HasSuitable(job))
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
        job.Demand.QueueTimeout == TimeSpan.Zero && job.LiveCount == 0 && !job.HasRun;

    private void QueueOrClean(LiveJob job, DateTimeOffset? checkAt)
    {
        if (IsWaitingUnseen(job) && plan.Now - (job.WaitingSince ?? job.SubmittedAt) >= LiveJob.QueuedAfter)
        {
            plan.Steps.Add(new PlanStep.Queue(job.Id, job.Version, WhyWaiting(job)));
        }
        else
        {
            Clean(job, checkAt);
        }
    }

    /// <summary>Whether the job has nothing on any node, could be given something, and does not say so yet.</summary>
    private bool IsWaitingUnseen(LiveJob job) =>
        (job.State == JobState.Pending || (job.State == JobState.Running && job.LiveCount == 0))
        && (job.Retries.IsEmpty || job.NextFresh < job.Demand.Count || job.Retries.Values.Any(retry => retry.NotBefore <= plan.Now));

    private string WhyWaiting(LiveJob job) =>
        QuotaRules.FindObjection(
            plan.Options.Quotas.GetValueOrDefault(job.Namespace), plan.Snapshot.Usage.GetValueOrDefault(job.Namespace), job, isFirst: job.LiveCount == 0)
        ?? FindShortage(job).ToText();

    private void FailUnplaceable(LiveJob job)
    {
        if (plan.Now < GraceEnd && !AreAllNodesBack())
        {
            plan.Wake(GraceEnd);
            return;
        }

        plan.Fail(job, JobEvents.Scheduling, FindShortage(job).ToProblem(job));
    }

    private bool AreAllNodesBack()
    {
        foreach (var (_, node) in plan.Snapshot.Nodes)
        {
            if (node.Membership == NodeMembership.Approved && node.Facts.IsCompute && node.Connection != NodeConnection.Connected)
            {
                return false;
            }
        }

        return !plan.Snapshot.Nodes.IsEmpty;
    }

    private bool HasSuitable(LiveJob job) => NodeShortage.HasSuitable(plan.Snapshot, job, plan.Now, plan.Options.ForgetAfter);

    private NodeShortage FindShortage(LiveJob job)
    {
        if (!job.Refusals.IsEmpty || job.HasTargets)
        {
            return NodeShortage.Find(plan.Snapshot, job, plan.Now, plan.Options.ForgetAfter);
        }

        if (!shortages.TryGetValue(job.Demand.Shape, out var shortage))
        {
            shortages[job.Demand.Shape] = shortage = NodeShortage.Find(plan.Snapshot, job, plan.Now, plan.Options.ForgetAfter);
        }

        return shortage with { Requested = NodeShortage.CountWaiting(job) };
    }

    private void Clean(LiveJob job, DateTimeOffset? checkAt)
    {
        if (plan.Snapshot.Dirty.Contains(job.Id) || checkAt != job.CheckAt || job.NextBackoffEnd <= plan.Now)
        {
            plan.Steps.Add(new PlanStep.Clean(job, checkAt));
        }
    }
}
