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
    /// <summary>Most nodes that hold data and have room among which the best is looked for.</summary>
    private const int MostHolders = 256;

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
    public FoundRoom? Find(LiveJob job, DataPlaces data)
    {
        var shape = ShapeOf(job.Demand);
        if (FindFree(job, shape, data) is { } free)
        {
            return new FoundRoom(free, false, data.ChoiceOf(free.Node.Id) is { } choice ? $"{choice}; {shape.Choice}" : shape.Choice);
        }

        // What cannot be taken out of a line for another node would hold up all that its node has room for.
        if (job.Demand.Spreads || job.Demand.Kind != JobKind.Batch || job.Demand.Amount.Gpus > 0 || data.HasHardNeeds)
        {
            return null;
        }

        var busy = job.Failures.IsEmpty && job.Refusals.IsEmpty && data.IsNone ? shape.FirstAhead(job) : Best(shape.Ahead, job, data, inLine: true, null)?.Room;
        return busy is null ? null : new FoundRoom(busy, true, "ends work fast enough to be given some ahead");
    }

    /// <summary>A node other than <paramref name="except"/> with free room for the job; null if there is none.</summary>
    public NodeRoom? FindOther(LiveJob job, NodeId except, DataPlaces data) =>
        Best(ShapeOf(job.Demand).WithRoom().Where(room => room.Node.Id != except), job, data, inLine: false, null)?.Room;

    /// <summary>The node that lacks least of what an execution of the job needs, or null if none could ever take it.</summary>
    public NodeRoom? FindNearest(LiveJob job, DataPlaces data)
    {
        NodeRoom? nearest = null;
        var least = double.MaxValue;
        foreach (var (id, node) in snapshot.Nodes)
        {
            if (node.IsEligible
                && NodeFilter.FindObjection(node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(node, job, now) is null
                && data.FindObjection(id) is null
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

    /// <summary>The best node with room: where data is anywhere, those that hold some are looked at first.</summary>
    private NodeRoom? FindFree(LiveJob job, ShapeRooms shape, DataPlaces data)
    {
        var spread = job.Demand.Spreads ? SpreadOf(job) : null;
        var holder = data.Holders.Count == 0 ? null : BestHolder(job, data, spread);
        if (holder is { Rank: { Failures: 0, Unmet: 0 } rank } && rank.Own <= (spread?.LeastAt(0) ?? 0))
        {
            return holder.Value.Room;
        }

        var best = Best(shape.WithRoom(), job, data, inLine: false, spread);
        best = holder is { } held && (best is not { } other || held.Rank.CompareTo(other.Rank) < 0) ? held : best;
        if (best is { } found)
        {
            spread?.Found(found.Rank);
        }

        return best?.Room;
    }

    /// <summary>The best of the nodes that hold data of the job, which come in the order of how much they hold.</summary>
    private (NodeRoom Room, NodeRank Rank)? BestHolder(LiveJob job, DataPlaces data, JobSpread? spread)
    {
        (NodeRoom Room, NodeRank Rank)? best = null;
        var open = 0;
        foreach (var (node, _) in data.Holders)
        {
            if (open >= MostHolders || (best is { Rank: { Failures: 0, Unmet: 0 } first } && spread is null && data.MissingOn(node) > first.Missing))
            {
                break;
            }

            if (Of(node) is { } room
                && room.Takes(job)
                && NodeFilter.FindObjection(room.Node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(room.Node, job, now) is null
                && data.FindObjection(node) is null)
            {
                open++;
                var rank = RankOf(room, job, data, inLine: false, spread);
                best = best is { } before && before.Rank.CompareTo(rank) <= 0 ? best : (room, rank);
            }
        }

        return best;
    }

    /// <summary>The best of candidates. Those with room come in the order of their ranks, but for what the job itself has had there: it is enough to look until one has the least of that.</summary>
    private (NodeRoom Room, NodeRank Rank)? Best(IEnumerable<NodeRoom> candidates, LiveJob job, DataPlaces data, bool inLine, JobSpread? spread)
    {
        (NodeRoom Room, NodeRank Rank)? best = null;
        foreach (var room in candidates)
        {
            if (!(inLine ? room.TakesAhead(job) : room.Takes(job)) || NodeFilter.FindRefusal(room.Node, job, now) is not null || data.FindObjection(room.Node.Id) is not null)
            {
                continue;
            }

            var rank = RankOf(room, job, data, inLine, spread);
            if (best is not { } before || rank.CompareTo(before.Rank) < 0)
            {
                best = (room, rank);
            }

            if (!inLine && rank.Failures == 0 && rank.Own <= (spread?.LeastAt(rank.Unmet) ?? 0))
            {
                break;
            }
        }

        return best;
    }

    private NodeRank RankOf(NodeRoom room, LiveJob job, DataPlaces data, bool inLine, JobSpread? spread) => NodeRank.Of(room, job.Demand, inLine) with
    {
        Failures = job.Failures.GetValueOrDefault(room.Node.Id)?.At(now) ?? 0,
        Own = spread?.CountOn(room) ?? 0,
        Missing = data.MissingOn(room.Node.Id),
    };
}
