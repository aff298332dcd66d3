using System.Globalization;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks.Locality;

/// <summary>A cluster driven by decisions alone, in virtual time.</summary>
internal sealed class BenchWorld
{
    private readonly CountingIds ids = new();
    private readonly PlannerOptions options = new() { MaxPlacements = 1024 };
    private PlannerMemory memory = PlannerMemory.None;
    private long lastKey;

    public BenchWorld(int nodes, long cpuMillis)
    {
        Now = Begin;
        var capacity = new ResourceAmount(cpuMillis, long.MaxValue / 4, 0, 0);
        Change(draft =>
        {
            for (var i = 0; i < nodes; i++)
            {
                draft.Put(new ClusterNode
                {
                    Id = NodeOf(i),
                    Key = i,
                    PublicKey = "",
                    Membership = NodeMembership.Approved,
                    Connection = NodeConnection.Connected,
                    Session = new SessionId("s"),
                    Facts = new NodeFacts { IsCompute = true, Engines = ["wasm"], Capacity = capacity, MaxJobRequirements = capacity },
                    LastSeenAt = Now,
                });
            }
        });
    }

    public DateTimeOffset Begin { get; } = DateTimeOffset.UnixEpoch.AddDays(1);

    public DateTimeOffset Now { get; set; }

    public ClusterSnapshot Snapshot { get; private set; } = ClusterSnapshot.Empty with { StartedAt = DateTimeOffset.UnixEpoch };

    public TimeSpan PlanningTime { get; private set; }

    public int Passes { get; private set; }

    public static NodeId NodeOf(int number) => new(string.Create(CultureInfo.InvariantCulture, $"n-{number:D6}"));

    public static int NumberOf(NodeId node) => int.Parse(node.Value.AsSpan(2), CultureInfo.InvariantCulture);

    public static JobDemand Demand(long cpuMillis) => new() { Count = 1, Amount = new ResourceAmount(cpuMillis, 1_000_000, 0, 0), Engine = "wasm", QueueTimeout = TimeSpan.FromDays(1) };

    public void Change(Action<ClusterDraft> decide)
    {
        var draft = new ClusterDraft(Snapshot);
        decide(draft);
        Snapshot = draft.ToSnapshot();
    }

    public JobId Submit(JobDemand demand)
    {
        var key = ++lastKey;
        var id = new JobId(string.Create(CultureInfo.InvariantCulture, $"j-{key:D8}"));
        var job = new LiveJob { Id = id, Key = key, Name = "job", Namespace = "default", Version = 1, SpecDigest = "", Demand = demand, CreatedAt = Now, SubmittedAt = Now };
        Change(draft => Submission.Accept(draft, job, Now));
        return id;
    }

    /// <summary>One planning pass, carried out.</summary>
    public Plan Plan()
    {
        var start = TimeProvider.System.GetTimestamp();
        var (plan, next) = PlacementPlanner.Plan(Snapshot, Now, ids, options, memory);
        PlanningTime += TimeProvider.System.GetElapsedTime(start);
        Passes++;
        memory = next;
        if (!plan.Steps.IsEmpty)
        {
            Change(draft => PlanApplication.Apply(draft, plan, Now, () => ++lastKey));
        }

        return plan;
    }

    /// <summary>An execution ends well, and its node forgets it.</summary>
    public void Complete(ExecutionId id) => Change(draft =>
    {
        var execution = draft.Execution(id)!;
        ExecutionReports.Take(draft, execution.Node, new Observation { Execution = id, ReportRevision = execution.ReportRevision + 1, Outcome = ObservedOutcome.Completed }, Now);
        draft.Remove(id);
    });

    private sealed class CountingIds : IIdSource
    {
        private int last;

        public Guid Next() => new(++last, 0, 0, new byte[8]);
    }
}
