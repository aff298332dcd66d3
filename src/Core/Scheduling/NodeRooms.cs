using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>A node found for an execution.</summary>
/// <param name="Room">The node.</param>
/// <param name="InLine">Whether it goes to the node's line, beyond the node's capacity.</param>
/// <param name="Choice">Why this node, for people.</param>
internal readonly record struct FoundRoom(NodeRoom Room, bool InLine, string Choice);

/// <summary>What is left of the eligible nodes while a plan is made; of those that it does not come to, nothing is looked at.</summary>
internal sealed class NodeRooms(ClusterSnapshot snapshot, DateTimeOffset now)
{
    private readonly Dictionary<NodeId, NodeRoom?> byId = [];
    private readonly SortedSet<NodeRoom> fullest = new(Comparer<NodeRoom>.Create((one, other) => one.Vacancy.CompareTo(other.Vacancy)));
    private readonly SortedSet<NodeRoom> emptiest = new(Comparer<NodeRoom>.Create((one, other) => NodeVacancy.EmptiestFirst.Compare(one.Vacancy, other.Vacancy)));
    private readonly Dictionary<string, ShapeRooms> byShape = [];
    private readonly Dictionary<JobId, JobSpread> spreads = [];
    private List<NodeRoom>? ahead;
    private ResourceAmount? mostFree;
    private bool hasWalkedInVain;

    /// <summary>The nodes that have free room before this plan gives any, the fullest first.</summary>
    public ImmutableSortedSet<NodeVacancy> Vacancies => snapshot.Vacancies;

    /// <summary>The nodes to which this plan gives something, the fullest or the emptiest first.</summary>
    public SortedSet<NodeRoom> Changed(bool emptiestFirst) => emptiestFirst ? emptiest : fullest;

    /// <summary>The nodes that work fast enough to be given work ahead.</summary>
    public List<NodeRoom> Ahead => ahead ??=
        [.. snapshot.Nodes.Values.Where(node => node.IsEligible && node.Ends.LookAhead(now) > node.Line.Count).Select(node => Of(node.Id)!)];

    /// <summary>The node, if it is eligible.</summary>
    public NodeRoom? Of(NodeId node)
    {
        if (!byId.TryGetValue(node, out var room))
        {
            byId[node] = room = snapshot.Nodes.GetValueOrDefault(node) is { IsEligible: true } eligible ? new NodeRoom(eligible, now) : null;
        }

        return room;
    }

    /// <summary>Whether this plan has given the node something.</summary>
    public bool IsChanged(NodeId node) => byId.TryGetValue(node, out var room) && room is { Changes: > 0 };

    /// <summary>False if no node can have so much free. In a full cluster this spares a shape the walk along all vacancies after another one has walked in vain.</summary>
    public bool MayHold(ResourceAmount amount) => !hasWalkedInVain
        || amount.FitsIn(mostFree ??= Vacancies.Aggregate(ResourceAmount.Zero, (most, vacancy) => ResourceAmount.Max(most, vacancy.Free)));

    /// <summary>A walk along all vacancies has found nothing.</summary>
    public void NoteWalkInVain() => hasWalkedInVain = true;

    /// <summary>Gives a node an execution of a job.</summary>
    public void Give(NodeRoom room, JobId job, ResourceAmount amount, bool inLine)
    {
        fullest.Remove(room);
        emptiest.Remove(room);
        room.Give(job, amount, inLine);
        fullest.Add(room);
        emptiest.Add(room);
        foreach (var shape in byShape.Values)
        {
            shape.Follow(room);
        }
    }

    /// <summary>The best node for one more execution of the job: one with room, else one that works fast enough to be given work ahead; null if there is none.</summary>
    public FoundRoom? Find(LiveJob job)
    {
        var shape = ShapeOf(job.Demand);
        if (Best(shape.WithRoom(), job, inLine: false, job.Demand.Spreads ? SpreadOf(job) : null) is { } free)
        {
            return new FoundRoom(free, false, shape.Choice);
        }

        if (job.Demand.Spreads || job.Demand.Kind != JobKind.Batch || job.Demand.Amount.Gpus > 0)
        {
            return null;
        }

        var busy = job.Failures.IsEmpty && job.Refusals.IsEmpty ? shape.FirstAhead(job) : Best(shape.Ahead, job, inLine: true, null);
        return busy is null ? null : new FoundRoom(busy, true, "ends work fast enough to be given some ahead");
    }

    /// <summary>A node other than <paramref name="except"/> with free room for the job; null if there is none.</summary>
    public NodeRoom? FindOther(LiveJob job, NodeId except) =>
        Best(ShapeOf(job.Demand).WithRoom().Where(room => room.Node.Id != except), job, inLine: false, null);

    /// <summary>The node that lacks least of what an execution of the job needs, or null if none could ever take it.</summary>
    public NodeRoom? FindNearest(LiveJob job)
    {
        NodeRoom? nearest = null;
        var least = double.MaxValue;
        foreach (var (id, node) in snapshot.Nodes)
        {
            if (node.IsEligible
                && NodeFilter.FindObjection(node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(node, job, now) is null
                && Of(id) is { ReservedFor: null } room
                && room.Lack(job.Demand.Amount) is var lack
                && lack < least)
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
            byShape[demand.Shape] = shape = new ShapeRooms(this, demand, snapshot.Capacity.Nodes);
        }

        return shape;
    }

    private JobSpread SpreadOf(LiveJob job)
    {
        if (!spreads.TryGetValue(job.Id, out var spread))
        {
            spreads[job.Id] = spread = new JobSpread(snapshot, job);
        }

        return spread;
    }

    /// <summary>The best of candidates. Those with room come in the order of their ranks, but for what the job itself has had there: it is enough to look until one has the least of that.</summary>
    private NodeRoom? Best(IEnumerable<NodeRoom> candidates, LiveJob job, bool inLine, JobSpread? spread)
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
                Own = spread?.CountOn(room) ?? 0,
            };
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (room, rank);
            }

            if (!inLine && rank.Failures == 0 && rank.Own <= (spread?.LeastAt(rank.Unmet) ?? 0))
            {
                break;
            }
        }

        if (best is not null)
        {
            spread?.Found(bestRank);
        }

        return best;
    }
}
