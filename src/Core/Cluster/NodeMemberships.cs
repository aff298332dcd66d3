using System.Collections.Immutable;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>
/// An operator lets nodes in, shuts them out and forgets them. What a node still runs that is shut out or forgotten is given to others at once; its process ends its
/// own when it hears of it, and whatever it still holds when it is back is asked to stop then.
/// </summary>
public static class NodeMemberships
{
    /// <summary>Lets a node take part, also one that was to leave. Null when done.</summary>
    public static NodeActionRefusal? Approve(ClusterDraft draft, NodeId id)
    {
        switch (draft.Node(id))
        {
            case null:
                return NodeActionRefusal.Unknown(id);
            case { Membership: NodeMembership.Approved, Exit: null }:
                return new(NodeActionObstacle.Done, $"node {id} is approved already");
            case var node:
                draft.Put(node with { Membership = NodeMembership.Approved, Exit = null });
                return null;
        }
    }

    /// <summary>
    /// Rejects or deletes a node. One that is connected is given nothing new from now on and stops what it runs first, so that its work is not begun elsewhere while it
    /// still runs there: it leaves by <see cref="Leave"/>. Null when begun or done.
    /// </summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="how">Whether it is to be rejected or deleted.</param>
    /// <param name="why">Why, in the operator's words; empty for none.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? BeginExit(ClusterDraft draft, NodeId id, NodeLeaving how, string why, DateTimeOffset now)
    {
        if (FindObjection(draft, id, how) is { } objection)
        {
            return objection;
        }

        var node = draft.Node(id)!;
        if (node is not { Connection: NodeConnection.Connected, Membership: NodeMembership.Approved } || !HasWork(draft.Execution, node))
        {
            return how == NodeLeaving.Rejected ? Reject(draft, id, why, now) : Delete(draft, id, now);
        }

        draft.Put(node with { Exit = new NodeExit(how, why, now + NodeExit.Patience) });
        foreach (var execution in node.Executions.Select(draft.Execution).OfType<LiveExecution>().Where(execution => !execution.IsEnded))
        {
            ExecutionStops.Ask(draft, execution, ReasonOf(id, how), now);
        }

        return null;
    }

    /// <summary>Whether a node that is to leave has stopped what it runs, or has had the time for it.</summary>
    public static bool MayLeave(Func<ExecutionId, LiveExecution?> find, ClusterNode node, DateTimeOffset now) =>
        node.Exit is { } exit && (now >= exit.Until || !HasWork(find, node));

    /// <summary>Lets a node leave that is to.</summary>
    public static void Leave(ClusterDraft draft, NodeId id, DateTimeOffset now)
    {
        _ = draft.Node(id)?.Exit switch
        {
            { How: NodeLeaving.Rejected, Why: var why } => Reject(draft, id, why, now),
            { How: NodeLeaving.Deleted } => Delete(draft, id, now),
            _ => null,
        };
    }

    /// <summary>Shuts a node out until it is approved. Null when done.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="why">Why, in the operator's words; empty for none.</param>
    /// <param name="now">Time of the commit.</param>
    public static NodeActionRefusal? Reject(ClusterDraft draft, NodeId id, string why, DateTimeOffset now)
    {
        if (FindObjection(draft, id, NodeLeaving.Rejected) is { } objection)
        {
            return objection;
        }

        var node = draft.Node(id)!;
        draft.Put(node with
        {
            Membership = NodeMembership.Rejected,
            Session = null,
            Connection = NodeConnection.Disconnected,
            DisconnectedSince = node.Connection == NodeConnection.Connected ? now : node.DisconnectedSince,
            LastError = why.Length == 0 ? "node rejected" : $"node rejected: {why}",
            Drain = null,
            Exit = null,
        });
        GiveUpWork(draft, node, ReasonOf(id, NodeLeaving.Rejected), now);
        return null;
    }

    /// <summary>Forgets a node. Null when done.</summary>
    public static NodeActionRefusal? Delete(ClusterDraft draft, NodeId id, DateTimeOffset now)
    {
        if (FindObjection(draft, id, NodeLeaving.Deleted) is { } objection)
        {
            return objection;
        }

        GiveUpWork(draft, draft.Node(id)!, ReasonOf(id, NodeLeaving.Deleted), now);
        draft.Remove(id);
        return null;
    }

    private static NodeActionRefusal? FindObjection(ClusterDraft draft, NodeId id, NodeLeaving leaving) => (draft.Node(id), leaving) switch
    {
        (null, _) => NodeActionRefusal.Unknown(id),
        ({ IsOwnEntry: true }, _) => NodeActionRefusal.OwnEntry(id, leaving == NodeLeaving.Rejected ? "rejected" : "deleted"),
        ({ Membership: NodeMembership.Rejected }, NodeLeaving.Rejected) => new(NodeActionObstacle.Done, $"node {id} is rejected already"),
        ({ Facts: { IsOrchestrator: true, IsCompute: true } }, NodeLeaving.Deleted) => new(
            NodeActionObstacle.Impossible,
            $"node {id} is the orchestrator's own and cannot be deleted while that runs",
            $"to keep work away from it: bacalhau node drain {id}"),
        _ => null,
    };

    private static bool HasWork(Func<ExecutionId, LiveExecution?> find, ClusterNode node) => node.Executions.Any(id => find(id) is { IsEnded: false });

    private static string ReasonOf(NodeId id, NodeLeaving leaving) =>
        leaving == NodeLeaving.Rejected ? $"node {id} was rejected by an operator" : $"node {id} was deleted by an operator";

    private static void GiveUpWork(ClusterDraft draft, ClusterNode node, string reason, DateTimeOffset now)
    {
        var jobs = ImmutableSortedSet.CreateBuilder<JobId>();
        foreach (var id in node.Executions)
        {
            if (draft.Execution(id) is { IsEnded: false } execution)
            {
                LostExecutions.Lose(draft, execution, now, isRecorded: false);
                if (draft.Execution(id) is { IsEnded: false } lost)
                {
                    ExecutionStops.Withdraw(draft, lost, reason, now);
                }

                jobs.Add(execution.Job);
            }

            // It hears what is to become of them when it lists them, should it ever be back.
            draft.Remove(id);
        }

        foreach (var job in jobs)
        {
            JobConclusion.Settle(draft, job, now);
        }
    }
}
