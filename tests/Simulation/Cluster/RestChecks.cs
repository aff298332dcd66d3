using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Scheduling;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Simulation.Cluster;

/// <summary>What must become true once nothing fails any more: what runs for ever is at its number, healthy, of the latest version, and nothing else runs.</summary>
internal sealed class RestChecks(SimulatedOrchestrator orchestrator, IReadOnlyList<SimulatedNode> nodes)
{
    private readonly Dictionary<(JobId Job, int Version), bool> sound = [];

    /// <summary>What is not yet as it should be; null when all is.</summary>
    public string? FindUnrest()
    {
        var snapshot = orchestrator.Snapshot;
        return snapshot.Jobs.Values.Select(job => FindUnrest(snapshot, job)).FirstOrDefault(unrest => unrest is not null)
            ?? nodes.Select(node => FindUnrest(snapshot, node)).FirstOrDefault(unrest => unrest is not null);
    }

    private string? FindUnrest(ClusterSnapshot snapshot, LiveJob job)
    {
        var about = $"{job.Demand.Kind} job {job.Id} version {job.Version}";
        if (job.State.IsTerminal())
        {
            return $"{about} is {job.State} and holds {string.Join(", ", job.Holders)}";
        }

        if (!job.Demand.Kind.IsLongRunning())
        {
            if (job is { Demand.Kind: JobKind.Ops, HasTargets: true, LiveCount: 0 } && job.Retries.Keys.All(key => snapshot.NodeByKey(key)?.Drain is not null))
            {
                // It waits for drained nodes.
                return null;
            }

            return $"{about} is {job.State}: {job.Completed.Count} of {job.Demand.Count} done, held {string.Join(", ", job.Holders)}, waiting {string.Join(", ", job.Retries)}";
        }

        if (!IsSound(job))
        {
            return job is { RolloutFrom: not null, Demand.Rollout.AutoRollback: true } ? $"{about} fails and is not rolled back: {job.Demand.Count} at once {job.Demand.MaxConcurrency}, {job.Demand.Rollout}, held {Describe(snapshot, job)}, waiting {string.Join(", ", job.Retries)} and from {job.NextFresh}" : null;
        }

        if (job.RolloutFrom is not null || !job.Surges.IsEmpty)
        {
            return $"{about} is not rolled out: from {job.RolloutFrom}, surges {string.Join(", ", job.Surges)}, held {Describe(snapshot, job)}";
        }

        var wanted = WantedOf(snapshot, job);
        var most = job.Demand.MaxConcurrency > 0 ? Math.Min(wanted.Count, job.Demand.MaxConcurrency) : wanted.Count;
        if (job.Holders.Count != most || job.Holders.Keys.Any(key => !wanted.Contains(key)))
        {
            return $"{about} is to have {most} of {string.Join(", ", wanted)} and has {Describe(snapshot, job)}, waiting {string.Join(", ", job.Retries)}";
        }

        return job.Holders.Values.Select(id => snapshot.Executions[id]).FirstOrDefault(held => !IsAtWork(job, held)) is { } bad
            ? $"{about} has {bad.Id} of version {bad.JobVersion} on {bad.Node}, {bad.State} {bad.Phase}, healthy since {bad.HealthySince}"
            : null;
    }

    private bool IsAtWork(LiveJob job, LiveExecution held) =>
        held is { HoldsRoom: true, HealthySince: not null, Ask: Ask.Run }
        && job.IsCurrent(held.JobVersion)
        && nodes.First(node => node.Id == held.Node).Running.Contains(held.Id);

    private static SortedSet<int> WantedOf(ClusterSnapshot snapshot, LiveJob job) => job.Demand.Kind == JobKind.Service
        ? [.. Enumerable.Range(0, job.Demand.Count)]
        : [.. snapshot.Nodes.Values.Where(node => IsOpen(node) && NodeFilter.FindObjection(node.Facts, job.Demand) is null).Select(node => (int)node.Key)];

    private static bool IsOpen(ClusterNode node) => node is { Membership: NodeMembership.Approved, Drain: null, Facts.IsCompute: true };

    private string? FindUnrest(ClusterSnapshot snapshot, SimulatedNode node)
    {
        var known = snapshot.Nodes.GetValueOrDefault(node.Id);
        foreach (var id in node.Running)
        {
            if (known is null || !(IsOpen(known) || IsHeldUp(snapshot, known, id)) || snapshot.Executions.GetValueOrDefault(id) is not { HoldsPartition: true } held || held.Node != node.Id)
            {
                return $"{node.Id} ({known?.Membership}, drain {known?.Drain}) runs {id}: {snapshot.Executions.GetValueOrDefault(id)}";
            }
        }

        return known is null || (known.Membership == NodeMembership.Approved && known.Drain is null && !known.IsEligible)
            ? $"{node.Id} is not back: {known?.Connection} session {known?.Session} sync {known?.NeedsSync}"
            : null;
    }

    /// <summary>A drain without a deadline waits for the rollout of a service: it takes no healthy execution down while those of the new version do not work.</summary>
    private bool IsHeldUp(ClusterSnapshot snapshot, ClusterNode node, ExecutionId id) =>
        node is { Membership: NodeMembership.Approved, Drain.Deadline: null }
        && snapshot.Executions.TryGetValue(id, out var execution)
        && snapshot.Jobs.GetValueOrDefault(execution.Job) is { Demand.Kind: JobKind.Service, RolloutFrom: not null } job
        && !IsSound(job);

    private static string Describe(ClusterSnapshot snapshot, LiveJob job) => string.Join(
        ", ", job.Holders.Select(held => $"{held.Key}: {held.Value} {snapshot.Executions.GetValueOrDefault(held.Value)?.State} v{snapshot.Executions.GetValueOrDefault(held.Value)?.JobVersion}"));

    private bool IsSound(LiveJob job)
    {
        if (!sound.TryGetValue((job.Id, job.Version), out var isSound))
        {
            using var queries = orchestrator.OpenQueries();
            isSound = SpecDocument.Of(queries.Job(job.Id)!.Spec).Read().Labels[JobPlan.ProgramLabel] == "sound";
            sound[(job.Id, job.Version)] = isSound;
        }

        return isSound;
    }
}
