using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>Who is let into the cluster.</summary>
/// <param name="ApprovesAll">Whether a new node takes part at once; if not, it waits for an operator.</param>
/// <param name="MaxPending">Most nodes that wait for an operator; further ones are refused.</param>
/// <param name="MaxNodes">Most nodes in all; further ones are refused.</param>
public sealed record JoinPolicy(bool ApprovesAll = true, int MaxPending = 1000, int MaxNodes = 20_000);

/// <summary>Answer to a node that wants to join.</summary>
/// <param name="Membership">What it is now; null when it was refused and nothing of it is kept.</param>
/// <param name="Reason">Why it does not take part, and what to do; empty when it does.</param>
/// <param name="WasDeleted">Whether it is refused because it was deleted while its process ran.</param>
public sealed record JoinDecision(NodeMembership? Membership, string Reason, bool WasDeleted = false);

/// <summary>Decides who becomes a member. A node is known by its id and proves itself by its key.</summary>
public static class NodeJoins
{
    private const int MaxIdLength = 128;

    /// <summary>Takes a node in. May be asked any number of times.</summary>
    /// <param name="draft">The state to change.</param>
    /// <param name="id">Id the node gives itself.</param>
    /// <param name="publicKey">Public nkey that it has proved to hold.</param>
    /// <param name="policy">Who is let in.</param>
    /// <param name="nextKey">Gives the key of a new node's row.</param>
    /// <param name="now">Time of the commit.</param>
    /// <param name="wasDeleted">Whether the process that asks took part before, and its node has been deleted since.</param>
    public static JoinDecision Join(
        ClusterDraft draft, NodeId id, string publicKey, JoinPolicy policy, Func<long> nextKey, DateTimeOffset now, bool wasDeleted = false)
    {
        if (!IsValid(id))
        {
            return new(null, $"a node's name has 1 to {MaxIdLength} letters, digits, - and _; set another one as NameProvider or Name in its configuration");
        }

        if (draft.Node(id) is { } known)
        {
            return AnswerKnown(known, publicKey);
        }

        if (wasDeleted)
        {
            return new(null, DeletedText(id), WasDeleted: true);
        }

        if (!policy.ApprovesAll && draft.Nodes.Count(node => node.Membership == NodeMembership.Pending) >= policy.MaxPending)
        {
            return new(null, $"{policy.MaxPending} nodes wait for approval already; approve or reject some with: bacalhau node approve|reject <node>");
        }

        if (draft.Nodes.Take(policy.MaxNodes).Count() == policy.MaxNodes)
        {
            return new(null, $"the cluster has {policy.MaxNodes} nodes already; delete those that are gone with: bacalhau node delete <node>");
        }

        var node = new ClusterNode
        {
            Id = id,
            Key = nextKey(),
            PublicKey = publicKey,
            Facts = new NodeFacts(),
            Membership = policy.ApprovesAll ? NodeMembership.Approved : NodeMembership.Pending,
            DisconnectedSince = now,
            LastSeenAt = now,
        };
        draft.Put(node);
        return AnswerKnown(node, publicKey);
    }

    /// <summary>What the process of a node is told that is rejected.</summary>
    public static string RejectedText(NodeId id) => $"node {id} was rejected by an operator; to let it in: bacalhau node approve {id}";

    /// <summary>What the process of a node is told that was deleted.</summary>
    public static string DeletedText(NodeId id) => $"node {id} was deleted by an operator; start it again to let it join anew";

    private static JoinDecision AnswerKnown(ClusterNode node, string publicKey) =>
        node.PublicKey != publicKey
            ? new(null, $"a node named {node.Id} is known by another key; give this one another name, or, if that node is gone for good, forget it with: bacalhau node delete {node.Id}")
            : node.Membership switch
            {
                NodeMembership.Approved => new(NodeMembership.Approved, ""),
                NodeMembership.Pending => new(NodeMembership.Pending, $"node {node.Id} waits for an operator: bacalhau node approve {node.Id}"),
                _ => new(NodeMembership.Rejected, RejectedText(node.Id)),
            };

    /// <summary>The id is part of NATS subjects, so it has no dots, spaces or wildcards.</summary>
    private static bool IsValid(NodeId id) =>
        id.Value.Length is > 0 and <= MaxIdLength && id.Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
