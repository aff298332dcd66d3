using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What must hold at every moment, whatever fails. The first violation ends the simulation.</summary>
internal sealed class SafetyChecks(SimulationWorld world)
{
    private readonly SortedDictionary<(JobId Job, int Version, int Partition), ExecutionId> accepted = [];
    private readonly Dictionary<ExecutionId, ResourceAmount> amounts = [];
    private ClusterSnapshot last = ClusterSnapshot.Empty;

    /// <summary>What was violated first; null if nothing was.</summary>
    public string? Violation { get; private set; }

    /// <summary>Executions whose result counts, by job, version and partition.</summary>
    public IReadOnlyDictionary<(JobId Job, int Version, int Partition), ExecutionId> Accepted => accepted;

    public void Fail(string violation) => Violation ??= $"{world.Clock.Elapsed.TotalSeconds:0.000} s: {violation}";

    /// <summary>Looks at the state and at the machines after a step.</summary>
    public void Look(ClusterSnapshot snapshot, IReadOnlyList<SimulatedNode> nodes)
    {
        if (!ReferenceEquals(snapshot, last))
        {
            last = snapshot;
            LookAt(snapshot);
        }

        foreach (var node in nodes)
        {
            LookAt(node);
        }
    }

    /// <summary>A node makes a result visible: only the holder of the partition may, after the grant is in the store.</summary>
    public void ResultBecomesVisible(ExecutionId id, NodeId node)
    {
        world.Trace.Add($"{node} publishes {id}");
        if (last.Executions.TryGetValue(id, out var execution) && execution is { HoldsPartition: true, State: ExecutionState.Publishing } or { State: ExecutionState.Completed })
        {
            return;
        }

        Fail($"{node} makes the result of {id} visible, which does not hold its partition with a grant");
    }

    private void LookAt(ClusterSnapshot snapshot)
    {
        world.Trace.Add($"state {snapshot.Version}: {snapshot.Jobs.Count} jobs, {snapshot.Executions.Count} executions, {snapshot.Queue.Count} wait");
        if (SnapshotChecker.FindViolations(snapshot).FirstOrDefault() is { } violation)
        {
            Fail(violation);
        }

        foreach (var (id, execution) in snapshot.Executions)
        {
            amounts[id] = execution.Amount;
            if (execution.State == ExecutionState.Completed)
            {
                Accept(execution);
            }
        }

        foreach (var (id, node) in snapshot.Nodes)
        {
            CheckReservations(snapshot, id, node);
        }
    }

    private void Accept(LiveExecution execution)
    {
        var partition = (execution.Job, execution.JobVersion, execution.Partition);
        if (accepted.TryAdd(partition, execution.Id))
        {
            world.Trace.Add($"accepted {execution.Id} for {execution.Job} partition {execution.Partition}");
        }
        else if (accepted[partition] != execution.Id)
        {
            Fail($"{execution.Job} partition {execution.Partition} has two results: of {accepted[partition]} and of {execution.Id}");
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

    private void LookAt(SimulatedNode node)
    {
        var used = ResourceAmount.Zero;
        foreach (var (id, process) in node.Machine.Processes)
        {
            if (!process.Ended.IsCompleted && amounts.TryGetValue(id, out var amount))
            {
                used += amount;
            }
        }

        if (node.IsUp && !used.FitsIn(node.Capacity))
        {
            Fail($"{node.Id} runs {used} and has {node.Capacity}");
        }
    }
}
