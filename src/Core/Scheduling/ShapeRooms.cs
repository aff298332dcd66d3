using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>The nodes that fit one shape of demand, best first.</summary>
internal sealed class ShapeRooms
{
    private readonly JobDemand demand;
    private PriorityQueue<(NodeRoom Room, int Changes), NodeRank>? order;

    public ShapeRooms(List<NodeRoom> fitting, int eligible, JobDemand demand)
    {
        this.demand = demand;
        Fitting = fitting;
        Choice = fitting.Count == 1
            ? $"the only one of {eligible} that matches"
            : $"{(demand.Spreads ? "fewest executions of the job, then most room," : "fullest with room")} of {fitting.Count} that match, {eligible} in all";
    }

    /// <summary>All of them, in order of their ids.</summary>
    public List<NodeRoom> Fitting { get; }

    /// <summary>Why the best one is the best, for people.</summary>
    public string Choice { get; }

    /// <summary>The best node with room now, for a job that has nothing against any of them; null if none has. Room only shrinks while a plan is made.</summary>
    public NodeRoom? First(LiveJob job)
    {
        order ??= Order();
        while (order.TryPeek(out var first, out _))
        {
            if (first.Changes == first.Room.Changes && first.Room.Takes(job))
            {
                return first.Room;
            }

            order.Dequeue();
            if (first.Changes != first.Room.Changes && first.Room.Takes(job))
            {
                order.Enqueue((first.Room, first.Room.Changes), NodeRank.Of(first.Room, demand, inLine: false));
            }
        }

        return null;
    }

    private PriorityQueue<(NodeRoom, int), NodeRank> Order()
    {
        var ranked = new PriorityQueue<(NodeRoom, int), NodeRank>(Fitting.Count);
        foreach (var room in Fitting)
        {
            if (room.LineLength == 0 && demand.Amount.FitsIn(room.Free))
            {
                ranked.Enqueue((room, room.Changes), NodeRank.Of(room, demand, inLine: false));
            }
        }

        return ranked;
    }
}
