using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks;

/// <summary>
/// Planning passes over clusters and queues of several sizes; each places up to 256 executions. As in the planning loop, a plan is carried out before the next one is
/// made, which remembers what this one left; as many jobs come as were placed.
/// </summary>
internal static class PlannerBenchmark
{
    private const int Passes = 15;
    private static readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddDays(1);
    private static readonly ResourceAmount _roomy = new(100_000, long.MaxValue / 4, 0, 0);
    private static readonly ResourceAmount _full = new(1, long.MaxValue / 4, 0, 0);
    private static readonly JobDemand _small = Demand(100, JobKind.Batch, 1);

    public static Task RunAsync(Report report)
    {
        var costs = new Dictionary<(int Nodes, int Waiting), double>();
        foreach (var nodes in new[] { 10, 100, 1000, 5000, 10_000 })
        {
            foreach (var waiting in new[] { 1, 1000, 100_000 })
            {
                costs[(nodes, waiting)] = Measure(report, $"planner: {nodes} nodes, {waiting} wait", Cluster(nodes, _roomy, waiting, _small));
            }
        }

        foreach (var waiting in new[] { 1, 1000, 100_000 })
        {
            report.Add($"planner: placements at 5,000 nodes, of {waiting} that wait", 1e6 / costs[(5000, waiting)], "/s", waiting == 1 ? "" : "at least 5,000");
            report.Add(
                $"planner: cost of a placement at 10,000 nodes against 100, {waiting} wait", costs[(10_000, waiting)] / costs[(100, waiting)], "times", "at most 3");
        }

        foreach (var (nodes, waiting) in new[] { (1000, 1000), (1000, 100_000), (10_000, 1000) })
        {
            var full = Cluster(nodes, _full, waiting, _small);
            Measure(report, $"planner: {nodes} full nodes, {waiting} wait in vain", full);
            Measure(report, $"planner: {nodes} full nodes that work fast, {waiting} wait", WorkingFast(full));
        }

        Measure(report, "planner: 10000 full nodes, 6400 of 64 shapes wait in vain", WithShapes(Cluster(10_000, _full, 1, _small), 64));
        foreach (var nodes in new[] { 100, 10_000 })
        {
            Measure(report, $"planner: {nodes} nodes, a service of 20000", Cluster(nodes, _roomy, 1, Demand(100, JobKind.Service, 20_000)));
            Measure(report, $"planner: {nodes} nodes, 1000 services of 1", Cluster(nodes, _roomy, 1000, Demand(100, JobKind.Service, 1)));
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives the microseconds of a placement.</summary>
    private static double Measure(Report report, string what, ClusterSnapshot snapshot)
    {
        var options = new PlannerOptions();
        var ids = new CountingIds();
        var memory = PlannerMemory.None with { PlannedAt = _now, NodesRevision = 0 };
        var demand = snapshot.Jobs.First().Value.Demand;
        var lastKey = snapshot.Jobs.Count;
        var times = new List<double>();
        var commits = new List<double>();
        var allocated = new List<double>();
        var placed = 0;

        // The first pass after a start looks at everything that waits; it counts no more than those before the code is compiled.
        for (var pass = -2; pass < Passes; pass++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = TimeProvider.System.GetTimestamp();
            var (plan, next) = PlacementPlanner.Plan(snapshot, _now, ids, options, memory);
            var time = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            memory = next;
            placed = plan.Steps.Count(step => step is PlanStep.Place);
            start = TimeProvider.System.GetTimestamp();
            snapshot = CarryOut(snapshot, plan, demand, demand.Count == 1 ? placed : 0, ref lastKey);
            commits.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (pass >= 0)
            {
                times.Add(time);
                allocated.Add(bytes);
            }
        }

        var pace = Percentiles.Of(times, 0.5);
        report.Add($"{what}: a pass of {placed}", pace / 1000, "ms");
        report.Add($"{what}: allocated by it", Percentiles.Of(allocated, 0.5) / 1024.0 / Math.Max(1, placed), "KiB each");
        report.Add($"{what}: carrying it out, with new jobs, in memory", Percentiles.Of(commits, 0.5), "ms");
        return pace / Math.Max(1, placed);
    }

    /// <summary>Carries a plan out, and accepts new jobs.</summary>
    private static ClusterSnapshot CarryOut(ClusterSnapshot snapshot, Plan plan, JobDemand demand, int arriving, ref int lastKey)
    {
        var draft = new ClusterDraft(snapshot);
        var key = lastKey;
        PlanApplication.Apply(draft, plan, _now, () => ++key);
        for (var i = 0; i < arriving; i++)
        {
            Submission.Accept(draft, Job(++key, demand), _now);
        }

        lastKey = key;
        return draft.ToSnapshot();
    }

    private static ClusterSnapshot Cluster(int nodes, ResourceAmount capacity, int waiting, JobDemand demand)
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
        foreach (var some in Enumerable.Range(1, waiting).Chunk(256))
        {
            draft = new ClusterDraft(snapshot);
            foreach (var i in some)
            {
                Submission.Accept(draft, Job(i, demand), _now);
            }

            snapshot = draft.ToSnapshot();
        }

        return snapshot with { Dirty = [], DirtyNodes = [] };
    }

    private static ClusterSnapshot WorkingFast(ClusterSnapshot snapshot)
    {
        var draft = new ClusterDraft(snapshot);
        foreach (var node in snapshot.Nodes.Values)
        {
            draft.Put(node with { Ends = new EndRate(_now, EndRate.MaxLookAhead, 0) });
        }

        return draft.ToSnapshot() with { DirtyNodes = [] };
    }

    private static ClusterSnapshot WithShapes(ClusterSnapshot snapshot, int shapes)
    {
        var draft = new ClusterDraft(snapshot);
        for (var i = 2; i < shapes * 100; i++)
        {
            Submission.Accept(draft, Job(i, Demand(100 + (i % shapes), JobKind.Batch, 1)), _now);
        }

        return draft.ToSnapshot() with { Dirty = [] };
    }

    private static JobDemand Demand(int cpuMillis, JobKind kind, int count) => new()
    {
        Kind = kind,
        Count = count,
        Spreads = kind == JobKind.Service,
        Amount = new ResourceAmount(cpuMillis, 1_000_000, 0, 0),
        Engine = "wasm",
    };

    private static LiveJob Job(int i, JobDemand demand) => new()
    {
        Id = new JobId($"j-{i:D6}"),
        Key = i,
        Name = "job",
        Namespace = "default",
        Version = 1,
        SpecDigest = "",
        Demand = demand,
        CreatedAt = _now,
        SubmittedAt = _now,
    };

    private sealed class CountingIds : IIdSource
    {
        private int last;

        public Guid Next() => new(++last, 0, 0, new byte[8]);
    }
}
