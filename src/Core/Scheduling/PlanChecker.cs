using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>States what holds of every plan. Used by property tests, the simulator and the plan's applier.</summary>
public static class PlanChecker
{
    /// <summary>Everything that should hold of the plan and does not, in words.</summary>
    public static IEnumerable<string> FindViolations(ClusterSnapshot snapshot, Plan plan, PlannerOptions options, DateTimeOffset now)
    {
        var places = plan.Steps.OfType<PlanStep.Place>().ToList();
        if (places.Count > options.MaxPlacements)
        {
            yield return $"{places.Count} placements in one plan, at most {options.MaxPlacements} are allowed";
        }

        var failed = plan.Steps.OfType<PlanStep.Fail>().Select(step => step.Job).ToHashSet();
        var seen = new HashSet<(JobId, int)>();
        var given = new Dictionary<NodeId, ResourceAmount>();
        foreach (var excess in FindExcess(snapshot, places, options))
        {
            yield return excess;
        }

        foreach (var place in places)
        {
            if (FindFault(snapshot, place, failed, now) is { } fault)
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

    private static string? FindFault(ClusterSnapshot snapshot, PlanStep.Place place, HashSet<JobId> failed, DateTimeOffset now)
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

        if (!job.Demand.Kind.IsByNode() && DataRules.FindObjection(snapshot.Facts, job.Demand, place.Partition, place.Node, now) is { } lack)
        {
            return $"the node has not its data: {lack}";
        }

        if (job.Completed.Contains(place.Partition) || (job.Demand.Kind.IsByNode() ? place.Partition != node.Key : place.Partition >= job.Demand.Count))
        {
            return "the partition wants no execution";
        }

        if (place.InLine && (job.Demand.Kind != JobKind.Batch || place.Amount.Gpus > 0))
        {
            return "only batch work without GPUs may wait in a node's line";
        }

        if (!job.Holders.TryGetValue(place.Partition, out var holder))
        {
            return place.Beside is null ? null : "there is nothing to run beside";
        }

        return place.Beside is null
            ? holder == place.Replaces && snapshot.Executions[holder] is { HoldsRoom: false } ? null : "the partition is held"
            : FindSurgeFault(job, place, holder);
    }

    private static string? FindSurgeFault(LiveJob job, PlanStep.Place place, ExecutionId holder) =>
        place.Beside != holder ? "it is to run beside an execution that does not hold the partition"
        : job.Surges.ContainsKey(place.Partition) ? "another surge of the partition runs"
        : job.Demand.Rollout.MaxSurge <= job.Surges.Count ? "the job allows no further surge"
        : null;

    private static IEnumerable<string> FindExcess(ClusterSnapshot snapshot, List<PlanStep.Place> places, PlannerOptions options)
    {
        foreach (var ofJob in places.GroupBy(place => place.Job))
        {
            if (snapshot.Jobs.TryGetValue(ofJob.Key, out var job) && job.Demand.MaxConcurrency > 0 && job.LiveCount + ofJob.Count() > Math.Max(job.Demand.MaxConcurrency, job.LiveCount))
            {
                yield return $"job {job.Id} would have {job.LiveCount + ofJob.Count()} executions at once, at most {job.Demand.MaxConcurrency} are allowed";
            }
        }

        foreach (var ofSpace in places.Where(place => snapshot.Jobs.ContainsKey(place.Job)).GroupBy(place => snapshot.Jobs[place.Job].Namespace))
        {
            if (options.Quotas.GetValueOrDefault(ofSpace.Key) is { Executions: { } most } && snapshot.Usage.GetValueOrDefault(ofSpace.Key).Executions + ofSpace.Count() > most)
            {
                yield return $"namespace {ofSpace.Key} would have more executions than its quota of {most}";
            }
        }
    }
}
