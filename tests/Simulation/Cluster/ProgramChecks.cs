using System.Diagnostics.CodeAnalysis;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;

namespace Bacalhau.Simulation.Cluster;

/// <summary>
/// What must hold of the programs that machines really run: no machine runs more than it has, no partition runs twice unless it may, and nothing runs whose end
/// was told.
/// </summary>
internal sealed class ProgramChecks(SimulationWorld world)
{
    private readonly Dictionary<ExecutionId, LiveExecution> known = [];
    private readonly HashSet<ExecutionId> lost = [];
    private readonly HashSet<ExecutionId> surges = [];
    private readonly HashSet<ExecutionId> granted = [];
    private readonly Dictionary<(JobId Job, int Partition), ExecutionId> holders = [];
    private long seenStarts = -1;
    private bool isNews;

    /// <summary>What ran on a node that is lost, shut out or wiped may be replaced though it runs on.</summary>
    public void Lose(IEnumerable<ExecutionId> executions) => lost.UnionWith(executions);

    /// <summary>Whether an execution ever had a grant to publish; it is given as it was last seen.</summary>
    public bool WasGranted(ExecutionId id, [NotNullWhen(true)] out LiveExecution? execution) => known.TryGetValue(id, out execution) && granted.Contains(id);

    /// <summary>Takes note of a new state.</summary>
    public void Follow(ClusterSnapshot snapshot)
    {
        foreach (var (id, execution) in snapshot.Executions)
        {
            if (known.TryGetValue(id, out var before) && ReferenceEquals(before, execution))
            {
                continue;
            }

            isNews |= execution.IsEnded && before is { IsEnded: false };
            known[id] = execution;
            if (execution.State == ExecutionState.Publishing)
            {
                granted.Add(id);
            }

            if (world.Trace.IsOn)
            {
                world.Trace.Add($"{id} of {execution.Job} v{execution.JobVersion} partition {execution.Partition} on {execution.Node}: {execution.State} {execution.Phase} ask {execution.Ask}, holds {(execution.HoldsPartition ? "partition " : "")}{(execution.HoldsRoom ? "room " : "")}{(execution.IsSurge ? "surge " : "")}{execution.Message}");
            }

            if (execution.IsSurge)
            {
                surges.Add(id);
            }

            if (execution is { HoldsRoom: true, HoldsPartition: true } && before is { HoldsRoom: false, HoldsPartition: true })
            {
                // It was taken back, so nothing has replaced it.
                lost.Remove(id);
            }
        }
    }

    /// <summary>Looks at the machines, if a program was started or has ended since the last look.</summary>
    public void Look(IReadOnlyList<SimulatedNode> nodes)
    {
        var starts = 0L;
        foreach (var node in nodes)
        {
            starts += node.Machine.Starts;
        }

        if (starts == seenStarts && !isNews)
        {
            return;
        }

        (seenStarts, isNews) = (starts, false);
        holders.Clear();
        foreach (var node in nodes)
        {
            LookAt(node);
        }
    }

    private void LookAt(SimulatedNode node)
    {
        var used = ResourceAmount.Zero;
        foreach (var id in node.Running)
        {
            if (!known.TryGetValue(id, out var execution))
            {
                continue;
            }

            used += execution.Amount;
            // What was given up without its node's word is stopped when the node is reached.
            if (lost.Contains(id) || execution is { IsEnded: true, Ask: Ask.Stop })
            {
                continue;
            }

            if (execution.IsEnded)
            {
                world.Checks.Fail($"{node.Id} runs {id}, and has told that it is {execution.State}");
            }
            else if (!surges.Contains(id) && !holders.TryAdd((execution.Job, execution.Partition), id))
            {
                world.Checks.Fail($"partition {execution.Partition} of {execution.Job} runs twice: {id} on {node.Id} and {holders[(execution.Job, execution.Partition)]}");
            }
        }

        if (node.IsUp && !used.FitsIn(node.Capacity))
        {
            world.Checks.Fail($"{node.Id} runs {used} and has {node.Capacity}");
        }
    }
}
