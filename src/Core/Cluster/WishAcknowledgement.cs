using System.Collections.Immutable;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Cluster;

/// <summary>A wish that a node has saved, or can never take.</summary>
/// <param name="Execution">The execution.</param>
/// <param name="AskRevision">Counter of the wish as it was sent.</param>
/// <param name="Rejected">Why the node can never take it; null if it has saved it.</param>
public sealed record AnsweredWish(ExecutionId Execution, long AskRevision, string? Rejected = null);

/// <summary>Takes in which wishes a node has saved.</summary>
public static class WishAcknowledgement
{
    /// <summary>
    /// Notes that wishes need not be sent again; what was to be forgotten leaves the snapshot. Nothing of it is written. False if the session is over, whose
    /// acknowledgements say nothing about the present one.
    /// </summary>
    public static bool Take(ClusterDraft draft, NodeId id, SessionId session, IEnumerable<AnsweredWish> wishes, DateTimeOffset now)
    {
        if (draft.Node(id)?.Session != session)
        {
            return false;
        }

        foreach (var wish in wishes)
        {
            if (draft.Execution(wish.Execution) is { } execution && execution.Node == id)
            {
                TakeOne(draft, execution, wish, now);
            }
            else if (draft.Node(id) is { } node && node.Strangers.TryGetValue(wish.Execution, out var stranger) && stranger.AskRevision == wish.AskRevision)
            {
                draft.Put(node with { Strangers = Acknowledge(node.Strangers, wish.Execution, stranger) }, write: false);
            }
        }

        return true;
    }

    private static void TakeOne(ClusterDraft draft, LiveExecution execution, AnsweredWish wish, DateTimeOffset now)
    {
        var acked = execution with
        {
            AckedRevision = Math.Max(execution.AckedRevision, wish.AskRevision),
            IsKnownToNode = execution.IsKnownToNode || wish.Rejected is null,
        };
        draft.Put(acked, write: false);
        if (wish.Rejected is { } reason && acked is { Ask: Ask.Run, IsEnded: false })
        {
            ExecutionReports.Take(draft, acked.Node, RefusedBy(acked, reason), now);
        }
        else if (acked.Ask == Ask.Forget && acked.AckedRevision >= acked.AskRevision)
        {
            draft.Remove(acked.Id);
        }
    }

    private static ImmutableSortedDictionary<ExecutionId, Stranger> Acknowledge(
        ImmutableSortedDictionary<ExecutionId, Stranger> strangers, ExecutionId id, Stranger stranger) =>
        stranger.Wish == StrangerWish.Forget ? strangers.Remove(id) : strangers.SetItem(id, stranger with { IsAcked = true });

    private static Observation RefusedBy(LiveExecution execution, string reason) => new()
    {
        Execution = execution.Id,
        ReportRevision = execution.ReportRevision + 1,
        Outcome = ObservedOutcome.Refused,
        Problem = new ExecutionProblem("Node:Rejected", $"node {execution.Node} cannot take the execution: {reason}"),
    };
}
