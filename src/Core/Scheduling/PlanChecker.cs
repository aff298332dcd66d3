using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>States what holds of every plan. Used by property tests, the simulator and the plan's applier.</summary>
public static class PlanChecker
{
    /// <summary>Everything that should hold of the plan and does not, in words.</summary>
    public static IEnumerable<string> FindViolations(ClusterSnapshot snapshot, Plan plan, PlannerOptions options)
    {
        var places = plan.Steps.OfType<PlanStep.Place>().ToList();
        if (places.Count > options.MaxPlacements)
        {
            yield return $"{places.Count} placements in one plan, at most {options.MaxPlacements} are allowed";
        }

        var failed = plan.Steps.OfType<PlanStep.Fail>().Select(step => step.Job).ToHashSet();
        var seen = new HashSet<(JobId, int)>();
        var given = new Dictionary<NodeId, ResourceAmount>();
        foreach (var place in places)
        {
            if (FindFault(snapshot, place, failed) is { } fault)
            {
                yield return $"{place}: {fault}";
            }

            if (!seen.Add((place.Job, place.Partition)))
            {
                yield return $"{place}: the partition is placed twice";
            }

            given[place.Node] = given.GetValueOrDefault(place.Node) + (place.InLine ? ResourceAmount.Zero : place.Amount);
            if (!place.InLine && snapshot.Nodes.TryGetValue(place.Node, out var node) && !given[place.Node].FitsIn(node.Free))
            {
                yield return $"{place}: the node has {node.Free} free and is given {given[place.Node]}";
            }
        }
    }

    private static string? FindFault(ClusterSnapshot snapshot, PlanStep.Place place, HashSet<JobId> failed)
    {
        if (!snapshot.Jobs.TryGetValue(place.Job, out var job) || job.State.IsTerminal() || failed.Contains(place.Job))
        {
            return "the job is over";
        }

        if (!snapshot.Nodes.TryGetValue(place.Node, out var node) || !node.IsEligible || node.Session != place.Session)
        {
            return "the node is not eligible";
        }

        if (NodeFilter.FindObjection(node.Facts, job.Demand) is { } objection)
        {
            return $"the node cannot run it: {objection}";
        }

        if (job.Completed.Contains(place.Partition) || place.Partition >= job.Demand.Count)
        {
            return "the partition wants no execution";
        }

        return job.Holders.TryGetValue(place.Partition, out var holder)
            ? holder == place.Replaces && snapshot.Executions[holder] is { HoldsRoom: false } ? null : "the partition is held"
            : null;
    }
}
