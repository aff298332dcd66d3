using Bacalhau.Core.Cluster;

namespace Bacalhau.Core.Scheduling;

/// <summary>The nodes that fit one shape of demand, best first, each looked up only when it is asked for.</summary>
internal sealed class ShapeRooms(NodeRooms rooms, JobDemand demand, int eligible)
{
    /// <summary>For each number of unmet preferences: how many of the vacancies, best first, have nothing for the shape any more. Room only shrinks while a plan is made.</summary>
    private readonly int[] passed = new int[demand.Preferences.Length + 1];
    private PriorityQueue<(NodeRoom Room, int Changes), NodeRank>? line;
    private List<NodeRoom>? ahead;
    private (int Start, int End) alike;

    /// <summary>Why the best one is the best, for people.</summary>
    public string Choice { get; } = $"{(demand.Spreads ? "fewest executions of the job, then most room," : demand.PrefersEmpty ? "most room" : "fullest with room")} of those that match among {eligible}";

    /// <summary>Those that work fast enough to be given work ahead.</summary>
    public List<NodeRoom> Ahead => ahead ??= rooms.Ahead.FindAll(room => NodeFilter.FindObjection(room.Node.Facts, demand) is null);

    /// <summary>Those with room now: by unmet preferences, then the fullest first, or the emptiest where executions are to be spread.</summary>
    public IEnumerable<NodeRoom> WithRoom() => rooms.MayHold(demand.Amount) ? Enumerable.Range(0, passed.Length).SelectMany(WithRoom) : [];

    /// <summary>The best one that may be given work ahead, for a job that has nothing against any of them; null if there is none.</summary>
    public NodeRoom? FirstAhead(LiveJob job)
    {
        line ??= new PriorityQueue<(NodeRoom, int), NodeRank>(Ahead.Select(InLine));
        while (line.TryPeek(out var first, out _))
        {
            if (first.Changes == first.Room.Changes && first.Room.TakesAhead(job))
            {
                return first.Room;
            }

            line.Dequeue();
        }

        return null;
    }

    /// <summary>This plan has given a node something: it has another place in the order now, and the old one does not count.</summary>
    public void Follow(NodeRoom room)
    {
        if (line is not null && room.LineLeft > 0 && NodeFilter.FindObjection(room.Node.Facts, demand) is null)
        {
            var (place, rank) = InLine(room);
            line.Enqueue(place, rank);
        }
    }

    private ((NodeRoom Room, int Changes) Place, NodeRank Rank) InLine(NodeRoom room) => ((room, room.Changes), NodeRank.Of(room, demand, inLine: true));

    /// <summary>Brings together the vacancies of the snapshot and, in their order, the nodes to which this plan has given something.</summary>
    private IEnumerable<NodeRoom> WithRoom(int unmet)
    {
        var next = passed[unmet];
        while (next < rooms.Vacancies.Count && !IsOpen(At(next), unmet))
        {
            next++;
        }

        passed[unmet] = next;
        if (next == rooms.Vacancies.Count)
        {
            rooms.NoteWalkInVain();
        }

        foreach (var changed in rooms.Changed(demand.PrefersEmpty))
        {
            if (!Suits(changed.Vacancy, unmet))
            {
                continue;
            }

            for (; next < rooms.Vacancies.Count && IsBefore(At(next), changed.Vacancy); next++)
            {
                if (IsOpen(At(next), unmet))
                {
                    yield return rooms.Of(At(next).Node)!;
                }
            }

            yield return changed;
        }

        for (; next < rooms.Vacancies.Count; next++)
        {
            if (IsOpen(At(next), unmet))
            {
                yield return rooms.Of(At(next).Node)!;
            }
        }
    }

    /// <summary>The vacancy at a place, best first. From the empty end, those that are equally full are turned round: they stand in the order of their keys.</summary>
    private NodeVacancy At(int place)
    {
        var all = rooms.Vacancies;
        if (!demand.PrefersEmpty)
        {
            return all[place];
        }

        var fromEnd = all.Count - 1 - place;
        if (fromEnd < alike.Start || fromEnd >= alike.End)
        {
            alike = (~all.IndexOf(all[fromEnd] with { Key = long.MinValue }), ~all.IndexOf(all[fromEnd] with { Key = long.MaxValue }));
        }

        return all[alike.Start + alike.End - 1 - fromEnd];
    }

    private bool IsBefore(NodeVacancy one, NodeVacancy other) => (demand.PrefersEmpty ? NodeVacancy.EmptiestFirst.Compare(one, other) : one.CompareTo(other)) < 0;

    private bool IsOpen(NodeVacancy vacancy, int unmet) => Suits(vacancy, unmet) && !rooms.IsChanged(vacancy.Node);

    private bool Suits(NodeVacancy vacancy, int unmet) =>
        demand.Amount.FitsIn(vacancy.Free)
        && NodeRank.CountUnmet(vacancy.Facts, demand) == unmet
        && NodeFilter.FindObjection(vacancy.Facts, demand) is null;
}
