using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks;

/// <summary>One planning pass over clusters of several sizes: 256 placements, and a queue that has to wait.</summary>
internal static class PlannerBenchmark
{
    private const int Passes = 15;
    private static readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(1);

    public static Task RunAsync(Report report)
    {
        foreach (var nodes in new[] { 10, 1000, 10_000 })
        {
            var roomy = Cluster(nodes, new ResourceAmount(100_000, long.MaxValue / 4, 0, 0), waiting: 256);
            Measure(report, $"planner: 256 placements, {nodes} nodes", roomy);
        }

        foreach (var waiting in new[] { 100, 10_000 })
        {
            var full = Cluster(1000, new ResourceAmount(1, long.MaxValue / 4, 0, 0), waiting);
            Measure(report, $"planner: {waiting} jobs wait, 1000 full nodes", full);
        }

        return Task.CompletedTask;
    }

    private static void Measure(Report report, string what, ClusterSnapshot snapshot)
    {
        var options = new PlannerOptions();
        var ids = new CountingIds();
        var memory = PlannerMemory.None with { PlannedAt = _now };
        var times = new List<double>();
        var allocated = 0L;
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = TimeProvider.System.GetTimestamp();
            PlacementPlanner.Plan(snapshot, _now, ids, options, memory);
            times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        report.Add(what, Percentiles.Of(times, 0.5), "ms");
        report.Add(what + ", allocated", allocated / 1024.0, "KiB");
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

        for (var i = 0; i < waiting; i++)
        {
            Submission.Accept(draft, Job(i), _now);
        }

        var snapshot = draft.ToSnapshot();
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
