using Bacalhau.Core.Cluster;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>A node found for an execution.</summary>
/// <param name="Room">The node.</param>
/// <param name="InLine">Whether it goes to the node's line, beyond the node's capacity.</param>
/// <param name="Choice">Why this node, for people.</param>
internal readonly record struct FoundRoom(NodeRoom Room, bool InLine, string Choice);

/// <summary>What is left of the eligible nodes while a plan is made.</summary>
internal sealed class NodeRooms
{
    private readonly List<NodeRoom> rooms = [];
    private readonly Dictionary<NodeId, NodeRoom> byId = [];
    private readonly Dictionary<string, ShapeRooms> byShape = [];
    private readonly ClusterSnapshot snapshot;
    private readonly DateTimeOffset now;

    public NodeRooms(ClusterSnapshot snapshot, DateTimeOffset now)
    {
        (this.snapshot, this.now) = (snapshot, now);
        foreach (var (id, node) in snapshot.Nodes)
        {
            if (node.IsEligible)
            {
                var room = new NodeRoom(node, now);
                rooms.Add(room);
                byId.Add(id, room);
                Total += node.Facts.Capacity;
            }
        }
    }

    /// <summary>What the eligible nodes have in all.</summary>
    public ResourceAmount Total { get; }

    /// <summary>The node, if it is eligible.</summary>
    public NodeRoom? Of(NodeId node) => byId.GetValueOrDefault(node);

    /// <summary>The best node for one more execution of the job: one with room, else one that works fast enough to be given work ahead; null if there is none.</summary>
    public FoundRoom? Find(LiveJob job)
    {
        var shape = ShapeOf(job.Demand);
        if (job.Demand.Spreads)
        {
            return Best(shape.Fitting, job, inLine: false, Count(job)) is { } spread ? new FoundRoom(spread, false, shape.Choice) : null;
        }

        var free = job.Failures.IsEmpty && job.Refusals.IsEmpty ? shape.First(job) : Best(shape.Fitting, job, inLine: false, null);
        if (free is not null)
        {
            return new FoundRoom(free, false, shape.Choice);
        }

        return job.Demand.Kind == JobKind.Batch && job.Demand.Amount.Gpus == 0 && Best(shape.Fitting, job, inLine: true, null) is { } busy
            ? new FoundRoom(busy, true, "ends work fast enough to be given some ahead")
            : null;
    }

    /// <summary>A node other than <paramref name="except"/> with free room for the job; null if there is none.</summary>
    public NodeRoom? FindOther(LiveJob job, NodeId except) =>
        Best(ShapeOf(job.Demand).Fitting.Where(room => room.Node.Id != except), job, inLine: false, null);

    /// <summary>The node that lacks least of what an execution of the job needs, or null if none could ever take it.</summary>
    public NodeRoom? FindNearest(LiveJob job)
    {
        NodeRoom? nearest = null;
        var least = double.MaxValue;
        foreach (var room in ShapeOf(job.Demand).Fitting)
        {
            if (room.ReservedFor is null && NodeFilter.FindRefusal(room.Node, job, now) is null && room.Lack(job.Demand.Amount) is var lack && lack < least)
            {
                (nearest, least) = (room, lack);
            }
        }

        return nearest;
    }

    private ShapeRooms ShapeOf(JobDemand demand)
    {
        if (!byShape.TryGetValue(demand.Shape, out var shape))
        {
            var fitting = rooms.FindAll(room => NodeFilter.FindObjection(room.Node.Facts, demand) is null);
            byShape[demand.Shape] = shape = new ShapeRooms(fitting, rooms.Count, demand);
        }

        return shape;
    }

    private Dictionary<NodeId, int> Count(LiveJob job)
    {
        var counts = new Dictionary<NodeId, int>();
        foreach (var id in job.Holders.Values.Concat(job.Surges.Values))
        {
            if (snapshot.Executions.TryGetValue(id, out var execution))
            {
                counts[execution.Node] = counts.GetValueOrDefault(execution.Node) + 1;
            }
        }

        return counts;
    }

    private NodeRoom? Best(IEnumerable<NodeRoom> candidates, LiveJob job, bool inLine, Dictionary<NodeId, int>? counts)
    {
        NodeRoom? best = null;
        var bestRank = default(NodeRank);
        foreach (var room in candidates)
        {
            if (!(inLine ? room.TakesAhead(job) : room.Takes(job)) || NodeFilter.FindRefusal(room.Node, job, now) is not null)
            {
                continue;
            }

            var rank = NodeRank.Of(room, job.Demand, inLine) with
            {
                Failures = job.Failures.GetValueOrDefault(room.Node.Id)?.At(now) ?? 0,
                Own = counts is null ? 0 : counts.GetValueOrDefault(room.Node.Id) + room.GivenTo(job.Id),
            };
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (room, rank);
            }
        }

        return best;
    }
}
