using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks;

/// <summary>Planning passes over clusters and queues of several sizes; each places up to 256 executions.</summary>
internal static class PlannerBenchmark
{
    private const int Passes = 15;
    private static readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(1);

    public static Task RunAsync(Report report)
    {
        var costs = new Dictionary<int, double>();
        foreach (var nodes in new[] { 10, 100, 1000, 5000, 10_000 })
        {
            foreach (var waiting in new[] { 1, 1000, 100_000 })
            {
                var roomy = Cluster(nodes, new ResourceAmount(100_000, long.MaxValue / 4, 0, 0), waiting);
                costs[nodes] = Measure(report, $"planner: {nodes} nodes, {waiting} wait", roomy);
            }
        }

        report.Add("planner: placements at 5,000 nodes, of 100,000 that wait", 1e6 / costs[5000], "/s");
        report.Add("planner: cost of a placement at 10,000 nodes against 100", costs[10_000] / costs[100], "times");
        foreach (var waiting in new[] { 1000, 100_000 })
        {
            var full = Cluster(1000, new ResourceAmount(1, long.MaxValue / 4, 0, 0), waiting);
            Measure(report, $"planner: 1000 full nodes, {waiting} wait in vain", full);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives the microseconds of a placement.</summary>
    private static double Measure(Report report, string what, ClusterSnapshot snapshot)
    {
        var options = new PlannerOptions();
        var ids = new CountingIds();
        var memory = PlannerMemory.None with { PlannedAt = _now };
        var times = new List<double>();
        var allocated = 0L;
        var placed = 0;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = TimeProvider.System.GetTimestamp();
            var (plan, _) = PlacementPlanner.Plan(snapshot, _now, ids, options, memory);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            placed = plan.Steps.Count(step => step is PlanStep.Place);
        }

        var pace = Percentiles.Of(times, 0.5);
        report.Add($"{what}: a pass of {placed}", pace / 1000, "ms");
        report.Add($"{what}: allocated by it", allocated / 1024.0 / Math.Max(1, placed), "KiB each");
        return pace / Math.Max(1, placed);
    }

    private static ClusterSnapshot Cluster(int nodes, ResourceAmount capacity, int waiting)
    {
        var draft = new ClusterDraft(ClusterSnapshot.Empty with { StartedAt = DateTimeOffset.UnixEpoch });
        for (var i = 0; i < nodes; i++)
        {
            draft.Put(new ClusterNode
            {
                Id = new NodeId($"n-{i:D6}"),
                Key = i,
                PublicKey = "",
                Membership = NodeMembership.Approved,
                Connection = NodeConnection.Connected,
                Session = new SessionId("s"),
                Facts = new NodeFacts { IsCompute = true, Engines = ["wasm"], Capacity = capacity, MaxJobRequirements = new(100_000, long.MaxValue / 4, 0, 0) },
                LastSeenAt = _now,
            });
        }

        var snapshot = draft.ToSnapshot();
        foreach (var some in Enumerable.Range(0, waiting).Chunk(256))
        {
            draft = new ClusterDraft(snapshot);
            foreach (var i in some)
            {
                Submission.Accept(draft, Job(i), _now);
            }

            snapshot = draft.ToSnapshot();
        }

        return snapshot with { Dirty = [] };
    }

    private static LiveJob Job(int i) => new()
    {
        Id = new JobId($"j-{i:D6}"),
        Key = i,
        Name = "job",
        Namespace = "default",
        Version = 1,
        SpecDigest = "",
        Demand = new JobDemand { Count = 1, Amount = new ResourceAmount(100, 1_000_000, 0, 0), Engine = "wasm" },
        CreatedAt = _now,
        SubmittedAt = _now,
    };

    private sealed class CountingIds : IIdSource
    {
        private int last;

        public Guid Next() => new(++last, 0, 0, new byte[8]);
    }
}
