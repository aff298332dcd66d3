using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Scheduling;

/// <summary>What is to be replaced of what a job runs: executions of an old version, and what is on a node that is being emptied or no longer matches.</summary>
internal sealed class Replacements
{
    private static readonly TimeSpan _heldCheck = TimeSpan.FromSeconds(5);

    private readonly ClusterSnapshot snapshot;
    private readonly LiveJob job;
    private readonly DateTimeOffset now;
    private readonly bool isHeld;
    private readonly List<LiveExecution> obsolete = [];
    private int unavailable;
    private bool isComplete = true;

    private Replacements(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, bool isHeld) =>
        (this.snapshot, this.job, this.now, this.isHeld) = (snapshot, job, now, isHeld);

    /// <summary>Executions to stop now, with the reason.</summary>
    public List<(LiveExecution Execution, string Reason)> Retired { get; } = [];

    /// <summary>Executions beside which one of the present version is to be started.</summary>
    public List<LiveExecution> Surged { get; } = [];

    /// <summary>Whether a rollout is done.</summary>
    public bool IsRolloutDone { get; private set; }

    /// <summary>When to look again even if nothing changes; null for never.</summary>
    public DateTimeOffset? CheckAt { get; private set; }

    /// <summary>Looks at all that a job runs.</summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="job">The job.</param>
    /// <param name="now">The time.</param>
    /// <param name="isHeld">Whether no node could run the new version, so that nothing is stopped for it.</param>
    public static Replacements Find(ClusterSnapshot snapshot, LiveJob job, DateTimeOffset now, bool isHeld = false)
    {
        var found = new Replacements(snapshot, job, now, isHeld);
        if (job.LiveCount > 0 || job.RolloutFrom is not null)
        {
            found.Look();
        }

        return found;
    }

    private void Look()
    {
        foreach (var id in job.Holders.Values)
        {
            if (snapshot.Executions.TryGetValue(id, out var execution))
            {
                LookAt(execution);
            }
        }

        if (job.Demand.Kind.IsLongRunning())
        {
            RetireBeyondLimit();
            RetireNeedlessSurges();
            unavailable += job.Demand.Kind == JobKind.Service ? Math.Max(0, Wanted - job.Holders.Count) : 0;
            isComplete &= unavailable == 0 && job.Surges.IsEmpty;
            if (isHeld)
            {
                // A node that could may join, or change. A time that moved on with each look would be a reason for the next.
                Check(job.CheckAt > now ? job.CheckAt : now + _heldCheck);
                return;
            }

            ReplaceInTurn();
            IsRolloutDone = job.RolloutFrom is not null && isComplete;
        }
    }

    /// <summary>A new version may allow fewer at once than run.</summary>
    private void RetireBeyondLimit()
    {
        if (job.Demand.MaxConcurrency <= 0 || job.Holders.Count <= job.Demand.MaxConcurrency)
        {
            return;
        }

        var staying = job.Holders.Values
            .Select(id => snapshot.Executions.GetValueOrDefault(id))
            .OfType<LiveExecution>()
            .Where(held => held.Desired == DesiredState.Running && held.HoldsRoom && !Retired.Exists(retired => retired.Execution.Id == held.Id))
            .OrderBy(held => !job.IsCurrent(held.JobVersion))
            .ToList();
        foreach (var held in staying.Skip(job.Demand.MaxConcurrency))
        {
            Retired.Add((held, $"MaxConcurrency is {job.Demand.MaxConcurrency}"));
            obsolete.Remove(held);
        }
    }

    /// <summary>
    /// What was to take a place is of an old version itself, or that place needs nobody else any more. One whose place's holder is stopping has all but taken it, and is
    /// replaced in its turn when it has.
    /// </summary>
    private void RetireNeedlessSurges()
    {
        foreach (var (partition, id) in job.Surges)
        {
            if (snapshot.Executions.GetValueOrDefault(id) is not { Desired: DesiredState.Running, HoldsRoom: true } surge
                || snapshot.Executions.GetValueOrDefault(job.Holders.GetValueOrDefault(partition)) is not { Desired: DesiredState.Running, HoldsRoom: true } held)
            {
                continue;
            }

            if (!job.IsCurrent(surge.JobVersion))
            {
                Retired.Add((surge, $"replaced by version {job.Version}"));
            }
            else if (!obsolete.Contains(held) && !Retired.Exists(retired => retired.Execution.Id == held.Id))
            {
                Retired.Add((surge, $"{held.Id} goes on"));
            }
        }
    }

    /// <summary>Replicas that may run at once.</summary>
    private int Wanted => job.Demand.MaxConcurrency > 0 ? Math.Min(job.Demand.Count, job.Demand.MaxConcurrency) : job.Demand.Count;

    private void LookAt(LiveExecution execution)
    {
        var isCurrent = job.IsCurrent(execution.JobVersion);
        isComplete &= isCurrent && execution.HoldsRoom && IsHealthyFor(execution, job.RolloutFrom is null ? TimeSpan.Zero : job.Demand.Rollout.HealthyAfter);
        if (execution.Desired == DesiredState.Stopped || !execution.HoldsRoom)
        {
            unavailable++;
            return;
        }

        if (WhyAtOnce(execution) is { } reason)
        {
            Retired.Add((execution, reason));
            unavailable++;
        }
        else if (!isCurrent || IsDraining(execution))
        {
            obsolete.Add(execution);
        }
        else if (!IsHealthyFor(execution, job.RolloutFrom is null ? TimeSpan.Zero : job.Demand.Rollout.HealthyAfter))
        {
            unavailable++;
        }
    }

    /// <summary>Work with an end may go on until a drain's deadline; what runs for ever moves at once, a service one after the other.</summary>
    private string? WhyAtOnce(LiveExecution execution)
    {
        if (!snapshot.Nodes.TryGetValue(execution.Node, out var node))
        {
            return null;
        }

        if (node.Drain is { } drain && execution.State != ExecutionState.Publishing)
        {
            var isOver = execution.InLine || drain.Deadline is not { } deadline || deadline <= now;
            if (job.Demand.Kind == JobKind.Daemon || (isOver && (job.Demand.Kind != JobKind.Service || execution.InLine || drain.Deadline is not null)))
            {
                return $"node {node.Id} is being drained";
            }

            Check(drain.Deadline);
        }

        return job.Demand.Kind == JobKind.Daemon
            && !(isHeld && NodeFilter.MatchesLabels(node.Facts, job.Demand))
            && NodeFilter.FindObjection(node.Facts, job.Demand) is { } objection
            ? $"node {node.Id} no longer matches: {objection}"
            : null;
    }

    private bool IsDraining(LiveExecution execution) =>
        job.Demand.Kind == JobKind.Service && snapshot.Nodes.GetValueOrDefault(execution.Node)?.Drain is not null;

    private bool IsHealthyFor(LiveExecution execution, TimeSpan time)
    {
        if (execution.HealthySince is not { } since)
        {
            return false;
        }

        if (since + time > now)
        {
            Check(since + time);
            return false;
        }

        return true;
    }

    private void ReplaceInTurn()
    {
        var rules = job.Demand.Rollout;
        var surges = job.Surges.Count;
        var mostUnavailable = job.HasConcurrencyLeft || surges > 0 ? rules.MaxUnavailable : Math.Max(1, rules.MaxUnavailable);
        foreach (var execution in obsolete)
        {
            if (job.Surges.TryGetValue(execution.Partition, out var id))
            {
                if (snapshot.Executions.TryGetValue(id, out var surge)
                    && surge.Desired == DesiredState.Running
                    && job.IsCurrent(surge.JobVersion)
                    && IsHealthyFor(surge, rules.HealthyAfter))
                {
                    Retired.Add((execution, WhyReplaced(execution)));
                }
            }
            else if (execution.HealthySince is null || unavailable < mostUnavailable)
            {
                // One that does not work is missing already.
                unavailable++;
                Retired.Add((execution, WhyReplaced(execution)));
            }
            else if (surges < rules.MaxSurge)
            {
                if (job.SurgeRetry.NotBefore > now)
                {
                    Check(job.SurgeRetry.NotBefore);
                    continue;
                }

                surges++;
                Surged.Add(execution);
            }
        }
    }

    private string WhyReplaced(LiveExecution execution) =>
        job.IsCurrent(execution.JobVersion) ? $"node {execution.Node} is being drained" : $"replaced by version {job.Version}";

    private void Check(DateTimeOffset? at) => CheckAt = at is { } time && time > now && (CheckAt is null || time < CheckAt) ? time : CheckAt;
}
