using System.Collections.Immutable;

namespace Bacalhau.Core.Cluster;

/// <summary>The indexes of nodes in a snapshot while it is changed: each follows from the nodes alone.</summary>
internal sealed class NodeIndexes(ClusterSnapshot start)
{
    private readonly ImmutableSortedDictionary<int, NodeId>.Builder byKey = start.NodesByKey.ToBuilder();
    private readonly ImmutableSortedSet<NodeVacancy>.Builder vacancies = start.Vacancies.ToBuilder();
    private readonly ImmutableSortedSet<NodeId>.Builder unserved = start.Unserved.ToBuilder();
    private readonly ImmutableSortedSet<NodeId>.Builder lined = start.Lined.ToBuilder();
    private ClusterCapacity capacity = start.Capacity;

    /// <summary>The node of a key; null for none.</summary>
    public NodeId? Of(int key) => byKey.TryGetValue(key, out var id) ? id : null;

    /// <summary>Follows a node that is new (no old one), has changed, or is gone (none now).</summary>
    public void Follow(ClusterNode? old, ClusterNode? now)
    {
        var (before, after) = (old is null ? null : NodeVacancy.Of(old), now is null ? null : NodeVacancy.Of(now));
        if (before != after)
        {
            Swap(vacancies, before, after);
        }

        var id = (now ?? old)!.Id;
        Set(unserved, id, now is { HasUnsent: true });
        Set(lined, id, now is { Line.IsEmpty: false });
        capacity = capacity.With(old, now);
        if (now is null)
        {
            byKey.Remove((int)old!.Key);
        }
        else if (old is null)
        {
            byKey[(int)now.Key] = id;
        }
    }

    /// <summary>The snapshot with these indexes.</summary>
    public ClusterSnapshot Into(ClusterSnapshot snapshot) => snapshot with
    {
        NodesByKey = byKey.ToImmutable(),
        Vacancies = vacancies.ToImmutable(),
        Unserved = unserved.ToImmutable(),
        Lined = lined.ToImmutable(),
        Capacity = capacity,
    };

    private static void Swap(ImmutableSortedSet<NodeVacancy>.Builder set, NodeVacancy? before, NodeVacancy? after)
    {
        if (before is not null)
        {
            set.Remove(before);
        }

        if (after is not null)
        {
            set.Add(after);
        }
    }

    private static void Set(ImmutableSortedSet<NodeId>.Builder set, NodeId id, bool isIn)
    {
        if (isIn)
        {
            set.Add(id);
        }
        else
        {
            set.Remove(id);
        }
    }
}
