using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>A node process that says hello.</summary>
/// <param name="Node">The node, as its subject says.</param>
/// <param name="BootId">Random id of the process.</param>
/// <param name="Facts">What it says of itself.</param>
/// <param name="Gone">The session whose process was asked and no longer answers, or belongs to the same process; null if there was none.</param>
/// <param name="KnewCluster">Whether the node has been a member before.</param>
/// <param name="WasDeleted">Whether it is not known because an operator has deleted it.</param>
public sealed record SessionOpening(NodeId Node, string BootId, NodeFacts Facts, SessionId? Gone, bool KnewCluster = false, bool WasDeleted = false);

/// <summary>Answer to a hello.</summary>
public abstract record SessionDecision
{
    private SessionDecision()
    {
    }

    /// <summary>A session was opened.</summary>
    /// <param name="Session">The session.</param>
    public sealed record Opened(SessionId Session) : SessionDecision;

    /// <summary>None was.</summary>
    /// <param name="Code">Code, as in the welcome message.</param>
    /// <param name="Reason">Why, and what to do.</param>
    public sealed record Refused(string Code, string Reason) : SessionDecision;
}

/// <summary>
/// Begins, keeps up and ends nodes' sessions. A session is one life of one process: what belongs to another one is answered with "the session is over", which
/// every method here says by returning false.
/// </summary>
public static class NodeSessions
{
    /// <summary>Opens a session. Nothing is placed on or sent to the node before its list has been compared.</summary>
    public static SessionDecision Open(ClusterDraft draft, SessionOpening opening, SessionId session, DateTimeOffset now)
    {
        if (draft.Node(opening.Node) is not { Membership: NodeMembership.Approved } node)
        {
            if (draft.Node(opening.Node) is { Membership: NodeMembership.Rejected })
            {
                return new SessionDecision.Refused("rejected", NodeJoins.RejectedText(opening.Node));
            }

            if (opening.WasDeleted)
            {
                return new SessionDecision.Refused("deleted", NodeJoins.DeletedText(opening.Node));
            }

            return new SessionDecision.Refused("notApproved", $"node {opening.Node} is not a member; it is to join first, and may have to be approved by an operator");
        }

        if (node.Session is { } present && present != opening.Gone && node.BootId != opening.BootId)
        {
            return new SessionDecision.Refused("tryAgain", $"another process has just opened a session as node {opening.Node}");
        }

        var isNews = !NodeFactsEquality.AreSame(node.Facts, opening.Facts);
        draft.Put(node with
        {
            Session = session,
            BootId = opening.BootId,
            Facts = opening.Facts,
            FactsRevision = node.FactsRevision + (isNews ? 1 : 0),
            Connection = NodeConnection.Connected,
            ConnectedSince = now,
            LastSeenAt = now,
            LostSince = null,
            LastError = "",
            Unwell = "",
            NeedsSync = true,
            HoldsStrangers = node.HoldsStrangers || (opening.KnewCluster && node.FactsRevision == 0),
        });
        return new SessionDecision.Opened(session);
    }

    /// <summary>A sign of life: the node is connected.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="session">The session in which it spoke.</param>
    /// <param name="at">When it was heard.</param>
    /// <param name="now">Time of the commit.</param>
    public static bool Hear(ClusterDraft draft, NodeId id, SessionId session, DateTimeOffset at, DateTimeOffset now)
    {
        if (Current(draft, id, session) is not { } node)
        {
            return false;
        }

        if (at > node.LastSeenAt || node.Connection != NodeConnection.Connected)
        {
            draft.Put(Connected(node, now) with { LastSeenAt = at > node.LastSeenAt ? at : node.LastSeenAt }, write: false);
        }

        return true;
    }

    /// <summary>A heartbeat that says something new.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">The node.</param>
    /// <param name="session">The session in which it spoke.</param>
    /// <param name="facts">New facts; null when they are as before.</param>
    /// <param name="unwell">Why it takes nothing new; empty when it is well.</param>
    /// <param name="now">Time of the commit.</param>
    public static bool Heed(ClusterDraft draft, NodeId id, SessionId session, NodeFacts? facts, string unwell, DateTimeOffset now)
    {
        if (Current(draft, id, session) is not { } node)
        {
            return false;
        }

        var isNews = facts is not null && !NodeFactsEquality.AreSame(node.Facts, facts);
        draft.Put(
            Connected(node, now) with
            {
                LastSeenAt = now,
                Unwell = unwell,
                Facts = facts ?? node.Facts,
                FactsRevision = node.FactsRevision + (isNews ? 1 : 0),
            },
            write: isNews);
        LineStart.Promote(draft, id);
        return true;
    }

    /// <summary>What the node holds is in doubt: it is to send its list, and nothing goes to it before.</summary>
    public static bool Doubt(ClusterDraft draft, NodeId id, SessionId session)
    {
        if (Current(draft, id, session) is not { } node)
        {
            return false;
        }

        draft.Put(node with { NeedsSync = true }, write: false);
        return true;
    }

    /// <summary>The node process ends in good order. What it has stopped is free at once; what runs on is kept until the node is lost.</summary>
    public static bool End(ClusterDraft draft, NodeId id, SessionId session, IEnumerable<ExecutionId> stopped, DateTimeOffset now)
    {
        if (Current(draft, id, session) is null)
        {
            return false;
        }

        foreach (var execution in stopped)
        {
            if (draft.Execution(execution) is { IsEnded: false } live && live.Node == id)
            {
                ExecutionReports.Take(draft, id, StoppedWithNode(live), now);
            }
        }

        draft.Put(
            draft.Node(id)! with { Session = null, Connection = NodeConnection.Disconnected, DisconnectedSince = now, LastSeenAt = now, LastError = "the node was stopped" },
            write: false);
        return true;
    }

    private static ClusterNode? Current(ClusterDraft draft, NodeId id, SessionId session) =>
        draft.Node(id) is { } node && node.Session == session ? node : null;

    private static ClusterNode Connected(ClusterNode node, DateTimeOffset now) => node.Connection == NodeConnection.Connected
        ? node
        : node with { Connection = NodeConnection.Connected, ConnectedSince = now, LastError = "" };

    private static Observation StoppedWithNode(LiveExecution execution) => new()
    {
        Execution = execution.Id,
        ReportRevision = execution.ReportRevision + 1,
        Outcome = ObservedOutcome.Interrupted,
        Problem = new ExecutionProblem("Node:Stopped", $"node {execution.Node} was stopped"),
    };
}
