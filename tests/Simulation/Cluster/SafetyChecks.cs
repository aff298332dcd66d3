using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What must hold at every moment, whatever fails. The first violation ends the simulation.</summary>
internal sealed class SafetyChecks(SimulationWorld world)
{
    private readonly SortedDictionary<(JobId Job, int Version, int Partition), ExecutionId> accepted = [];
    private readonly Dictionary<ExecutionId, ResourceAmount> amounts = [];
    private readonly SortedDictionary<(JobId Job, int Version), SortedSet<int>> targets = [];
    private readonly HashSet<ExecutionId> healthy = [];
    private readonly HashSet<ExecutionId> relieved = [];
    private readonly HashSet<int> removedNodes = [];
    private readonly HashSet<NodeId> changedNodes = [];
    private readonly ProgramChecks programs = new(world);
    private readonly ScheduleChecks schedules = new(world);
    private ClusterSnapshot last = ClusterSnapshot.Empty;

    /// <summary>What was violated first; null if nothing was.</summary>
    public string? Violation { get; private set; }

    /// <summary>Executions whose result counts, by job, version and partition.</summary>
    public IReadOnlyDictionary<(JobId Job, int Version, int Partition), ExecutionId> Accepted => accepted;

    /// <summary>Nodes that an ops job's version was to run on when these were chosen, but for those that were shut out since.</summary>
    public IEnumerable<int> TargetsOf(JobId job, int version) =>
        targets.TryGetValue((job, version), out var keys) ? keys.Where(key => !removedNodes.Contains(key)) : [];

    /// <summary>Whether a node has ever said something else of itself, or been forgotten: who refused may be asked again then.</summary>
    public bool HasChanged(NodeId node) => changedNodes.Contains(node);

    public void Fail(string violation) => Violation ??= $"{world.Clock.Elapsed.TotalSeconds:0.000} s: {violation}";

    /// <summary>All that a machine knew is gone, or it was shut out, perhaps for a moment only: what it runs may run elsewhere too.</summary>
    public void GivenUp(NodeId node)
    {
        if (last.Nodes.TryGetValue(node, out var known))
        {
            programs.Lose(known.Executions);
        }
    }

    /// <summary>Looks at the state and at the machines after a step.</summary>
    public void Look(ClusterSnapshot snapshot, IReadOnlyList<SimulatedNode> nodes)
    {
        if (!ReferenceEquals(snapshot, last))
        {
            FollowNodes(snapshot);
            last = snapshot;
            LookAt(snapshot);
            programs.Follow(snapshot);
            schedules.Follow(snapshot);
        }

        programs.Look(nodes);
    }

    /// <summary>
    /// A node makes a result visible: it must have a grant, and nothing else may have been given its partition meanwhile. What was stopped, updated or shut out
    /// meanwhile may still become visible until its node hears of it; it is not accepted.
    /// </summary>
    public void ResultBecomesVisible(ExecutionId id, NodeId node)
    {
        world.Trace.Add($"{node} publishes {id}");
        if (!programs.WasGranted(id, out var execution))
        {
            Fail($"{node} makes the result of {id} visible without a grant");
        }
        else if (execution.Desired == DesiredState.Running
            && last.Executions.ContainsKey(id)
            && last.Jobs.TryGetValue(execution.Job, out var job)
            && job.Holders.TryGetValue(execution.Partition, out var holder)
            && holder != id)
        {
            Fail($"{node} makes the result of {id} visible, whose partition was given to {holder}");
        }
    }

    /// <summary>What nodes that are lost or shut out run may run elsewhere too.</summary>
    private void FollowNodes(ClusterSnapshot snapshot)
    {
        if (snapshot.StartedAt != last.StartedAt)
        {
            // The last commit before the orchestrator died, which nobody saw, may have given up more.
            programs.Lose(last.Executions.Keys.Where(execution => !snapshot.Executions.ContainsKey(execution)));
        }

        if (ReferenceEquals(snapshot.Nodes, last.Nodes))
        {
            return;
        }

        foreach (var (id, before) in last.Nodes)
        {
            var now = snapshot.Nodes.GetValueOrDefault(id);
            if (ReferenceEquals(before, now))
            {
                continue;
            }

            if (now is null || now.FactsRevision > 1)
            {
                changedNodes.Add(id);
            }

            if (now is null || now.Key != before.Key || now.Membership != NodeMembership.Approved)
            {
                removedNodes.Add((int)before.Key);
                programs.Lose(before.Executions);
            }
            else if (now.Connection == NodeConnection.Lost)
            {
                programs.Lose(before.Executions);
            }
            else if (now.Session != before.Session)
            {
                // It may have been shut out and let in again between two looks.
                programs.Lose(before.Executions.Where(execution => !snapshot.Executions.ContainsKey(execution)));
            }
        }
    }

    private void LookAt(ClusterSnapshot snapshot)
    {
        if (world.Trace.IsOn)
        {
            world.Trace.Add($"state {snapshot.Version}: {snapshot.Jobs.Count} jobs, {snapshot.Executions.Count} executions, {snapshot.Queue.Count} wait");
        }

        if (SnapshotChecker.FindViolations(snapshot).FirstOrDefault() is { } violation)
        {
            Fail(violation);
        }

        foreach (var execution in snapshot.Executions.Values)
        {
            if (execution.State == ExecutionState.Completed)
            {
                Accept(execution);
            }

            if (execution is { HealthySince: not null, Ask: Ask.Run })
            {
                healthy.Add(execution.Id);
            }
        }

        foreach (var (id, node) in snapshot.Nodes)
        {
            CheckReservations(snapshot, id, node);
        }

        foreach (var job in snapshot.Jobs.Values)
        {
            CheckRollout(snapshot, job);
            if (job.Demand.Kind == JobKind.Ops && job.HasTargets && !targets.ContainsKey((job.Id, job.Version)))
            {
                targets[(job.Id, job.Version)] = [.. job.Retries.Keys, .. job.Holders.Where(held => job.IsCurrent(snapshot.Executions[held.Value].JobVersion)).Select(held => held.Key)];
            }
        }
    }

    /// <summary>
    /// A rollout never takes down more healthy executions at once than its rules allow, unless another one ran beside them when they were stopped: that its node is lost
    /// later is no choice of the rollout. What became healthy only when it was to stop already was missing anyway.
    /// </summary>
    private void CheckRollout(ClusterSnapshot snapshot, LiveJob job)
    {
        if (job.RolloutFrom is null)
        {
            return;
        }

        foreach (var partition in job.Surges.Keys)
        {
            if (job.Holders.TryGetValue(partition, out var holder) && snapshot.Executions[holder].Ask == Ask.Stop)
            {
                relieved.Add(holder);
            }
        }

        var down = job.Holders.Count(held =>
            (job.Demand.Kind.IsByNode() || held.Key < job.Demand.Count)
            && !relieved.Contains(held.Value)
            && healthy.Contains(held.Value)
            && snapshot.Executions[held.Value] is { HealthySince: not null, HoldsRoom: true, Ask: Ask.Stop } stopping
            && stopping.DesiredMessage == $"replaced by version {job.Version}");
        if (down > Math.Max(1, job.Demand.Rollout.MaxUnavailable))
        {
            Fail($"{job.Id} version {job.Version} takes {down} healthy executions down at once, by {job.Demand.Rollout}");
        }
    }

    private void Accept(LiveExecution execution)
    {
        var partition = (execution.Job, execution.JobVersion, execution.Partition);
        if (accepted.TryAdd(partition, execution.Id))
        {
            world.Trace.Add($"accepted {execution.Id} for {execution.Job} version {execution.JobVersion} partition {execution.Partition}");
        }
        else if (accepted[partition] != execution.Id)
        {
            Fail($"{execution.Job} version {execution.JobVersion} partition {execution.Partition} has two results: of {accepted[partition]} and of {execution.Id}");
        }
    }

    /// <summary>What a connected node may be running, asked to stop or not, never exceeds what it has.</summary>
    private void CheckReservations(ClusterSnapshot snapshot, NodeId id, ClusterNode node)
    {
        if (!node.IsEligible)
        {
            return;
        }

        var given = ResourceAmount.Zero;
        foreach (var execution in node.Executions)
        {
            if (snapshot.Executions[execution] is { IsEnded: false, InLine: false } live)
            {
                given += live.Amount;
            }
        }

        if (!given.FitsIn(node.Facts.Capacity))
        {
            Fail($"{id} has {node.Facts.Capacity} and is given {given}: {string.Join("; ", node.Executions.Select(e => snapshot.Executions[e]).Where(e => !e.IsEnded))}");
        }
    }
}
