using System.Collections.Immutable;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>One execution that a node says it holds.</summary>
/// <param name="Id">The execution.</param>
/// <param name="Job">Its job.</param>
/// <param name="AskRevision">Largest wish the node has seen.</param>
/// <param name="ReportRevision">Latest observation the node has saved.</param>
/// <param name="IsEnded">Whether its end has been saved there.</param>
/// <param name="TakesRoom">Whether it takes room there.</param>
public sealed record ListedExecution(ExecutionId Id, JobId Job, long AskRevision, long ReportRevision, bool IsEnded, bool TakesRoom)
{
    /// <summary>What it was given of the node; zero for a tombstone.</summary>
    public ResourceAmount Amount { get; init; }

    /// <summary>Its place among all executions of the store that it was placed by; 0 for a tombstone.</summary>
    public long Order { get; init; }

    /// <summary>Term in which the node was given it; 0 for a tombstone.</summary>
    public long Term { get; init; }
}

/// <summary>A node's whole list, to be compared with what is known of the node.</summary>
public sealed record HoldingStatement
{
    /// <summary>The node.</summary>
    public required NodeId Node { get; init; }

    /// <summary>The session in which it was made.</summary>
    public required SessionId Session { get; init; }

    /// <summary>What the node holds.</summary>
    public required ImmutableSortedDictionary<ExecutionId, ListedExecution> Listed { get; init; }

    /// <summary>Finds an execution that is no longer in the snapshot; null if the store never had it.</summary>
    public required Func<ExecutionId, LiveExecution?> FindEnded { get; init; }

    /// <summary>Whether the store, which does not know an execution, cannot have known it: it is an earlier state of the one that placed it, a restored backup.</summary>
    public Func<ListedExecution, bool> IsFromLater { get; init; } = _ => false;
}

/// <summary>
/// Compares what a node holds with what is known of it, and puts right what differs. This is where lost messages, lost acknowledgements, lost disks and
/// restored backups end. Absence alone never ends anything that was not acknowledged.
/// </summary>
public static class HoldingComparison
{
    /// <summary>Compares; the node is ready for work afterwards. False if its session is over.</summary>
    public static bool Compare(ClusterDraft draft, HoldingStatement statement, DateTimeOffset now)
    {
        if (draft.Node(statement.Node) is not { } node || node.Session != statement.Session)
        {
            return false;
        }

        foreach (var id in node.Executions)
        {
            if (draft.Execution(id) is { } execution && !statement.Listed.ContainsKey(id))
            {
                CompareAbsent(draft, execution, now);
            }
        }

        var unknown = new List<ListedExecution>();
        foreach (var (id, listed) in statement.Listed)
        {
            if (draft.Execution(id) is { } live && live.Node == node.Id)
            {
                ComparePresent(draft, live, listed, now);
            }
            else if (statement.FindEnded(id) is { } ended && ended.Node == node.Id)
            {
                CompareEnded(draft, ended with { AskOrder = draft.NextAskOrder() }, listed);
            }
            else
            {
                unknown.Add(listed);
            }
        }

        if (!node.HoldsStrangers && unknown.Exists(listed => listed.Term >= node.StopsStrangersBelow && statement.IsFromLater(listed)))
        {
            HeldWork.Begin(draft);
        }

        var compared = draft.Node(node.Id)!;
        draft.Put(
            compared with
            {
                Strangers = unknown.ToImmutableSortedDictionary(
                    listed => listed.Id, listed => Judge(node.Strangers.GetValueOrDefault(listed.Id), listed, IsHeld(compared, listed), now)),
                NeedsSync = false,
                LastSeenAt = now > node.LastSeenAt ? now : node.LastSeenAt,
            },
            write: false);
        // What the node has started from its line has room here too, as soon as the end that made the room is stored.
        LineStart.Promote(draft, node.Id);
        return true;
    }

    private static void CompareAbsent(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        if (execution.IsEnded)
        {
            draft.Remove(execution.Id);
        }
        else if (execution.IsKnownToNode || execution.AckedRevision > 0)
        {
            LostExecutions.LostByNode(draft, execution, now);
            draft.Remove(execution.Id);
        }
        else
        {
            TakeBackIfLost(draft, execution, now);
        }
    }

    private static void ComparePresent(ClusterDraft draft, LiveExecution execution, ListedExecution listed, DateTimeOffset now)
    {
        if (execution.IsEnded)
        {
            CompareEnded(draft, execution, listed);
            return;
        }

        TakeBackIfLost(draft, execution, now);
        execution = draft.Execution(execution.Id)!;
        var isBehind = listed.AskRevision > execution.AskRevision;
        draft.Put(
            execution with
            {
                IsKnownToNode = true,
                AckedRevision = listed.AskRevision,
                AskRevision = isBehind ? listed.AskRevision + 1 : execution.AskRevision,
                AskOrder = isBehind ? draft.NextAskOrder() : execution.AskOrder,
            },
            write: isBehind);
    }

    /// <summary>Its end is in the store. If it runs on there, it is stopped first; if it has ended there too, nothing of it is needed any more.</summary>
    private static void CompareEnded(ClusterDraft draft, LiveExecution execution, ListedExecution listed)
    {
        var isUnseenEnd = execution.Ask != Ask.Forget || listed.ReportRevision >= execution.ReportRevision;
        var wish = !listed.IsEnded && isUnseenEnd ? Ask.Stop : Ask.Forget;
        var isTold = wish == execution.Ask && execution.AskRevision > listed.AskRevision;
        draft.Put(
            execution with
            {
                Ask = wish,
                AskRevision = isTold ? execution.AskRevision : Math.Max(execution.AskRevision, listed.AskRevision) + 1,
                AskOrder = isTold ? execution.AskOrder : draft.NextAskOrder(),
                AckedRevision = listed.AskRevision,
                IsKnownToNode = true,
                ReportRevision = Math.Max(execution.ReportRevision, listed.ReportRevision),
                HoldsPartition = false,
                HoldsRoom = listed.TakesRoom,
                InLine = false,
            },
            write: false);
    }

    private static void TakeBackIfLost(ClusterDraft draft, LiveExecution execution, DateTimeOffset now)
    {
        if (!execution.HoldsRoom)
        {
            LostExecutions.TakeBack(draft, execution, now);
        }
    }

    private static bool IsHeld(ClusterNode node, ListedExecution listed) => node.HoldsStrangers && listed.Term >= node.StopsStrangersBelow;

    private static Stranger Judge(Stranger? known, ListedExecution listed, bool isHeld, DateTimeOffset now) => WishFor(known, listed, isHeld, now) with
    {
        ReportRevision = listed.ReportRevision,
        Room = listed.TakesRoom ? listed.Amount : ResourceAmount.Zero,
    };

    private static Stranger WishFor(Stranger? known, ListedExecution listed, bool isHeld, DateTimeOffset now)
    {
        var since = known?.Since ?? now;
        if ((isHeld && known is null) || known is { Wish: StrangerWish.Hold })
        {
            return new Stranger(listed.Job, StrangerWish.Hold, listed.AskRevision, IsAcked: true, since);
        }

        return known is not null && known.AskRevision >= listed.AskRevision
            ? known with { IsAcked = known.AskRevision == listed.AskRevision && known.IsAcked }
            : new Stranger(listed.Job, known?.Wish ?? StrangerWish.Stop, listed.AskRevision + 1, IsAcked: false, since);
    }
}
