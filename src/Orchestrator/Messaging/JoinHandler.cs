using System.Text;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;
using NATS.NKeys;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Answers nodes that want to become members. Whoever asks shows that it holds the key by which it wants to be known.</summary>
internal sealed class JoinHandler(StateWriter state, MessagingOptions options, TimeProvider clock)
{
    private DateTimeOffset second;
    private int inSecond;

    /// <summary>Answers, or leaves without an answer who asks when too many do.</summary>
    public async Task<JoinAnswer?> HandleAsync(NodeId _, JoinRequest request, CancellationToken cancellation)
    {
        if (IsTooMuch())
        {
            return null;
        }

        if (request.V != Envelope.CurrentVersion)
        {
            return Refused($"the node speaks protocol version {request.V} and this orchestrator version {Envelope.CurrentVersion}; use the same release on both");
        }

        if (request.Cluster.Length > 0 && request.Cluster != state.Store.ClusterId)
        {
            return Refused($"the node belongs to cluster {request.Cluster}, and this is {state.Store.ClusterId}; start it with --rejoin to move it here");
        }

        if (!IsProved(request))
        {
            return Refused("the proof that the node holds its key is wrong");
        }

        var node = new NodeId(request.NodeId);
        var decision = await state.DecideAsync(context => Decide(context, node, request), cancellation);
        return decision.Membership switch
        {
            NodeMembership.Approved => state.Sealed(new JoinAnswer { Status = "approved" }),
            NodeMembership.Pending => state.Sealed(new JoinAnswer { Status = "pending", Reason = decision.Reason }),
            NodeMembership.Rejected => state.Sealed(new JoinAnswer { Status = "rejected", Reason = decision.Reason }),
            _ when decision.WasDeleted => state.Sealed(new JoinAnswer { Status = "deleted", Reason = decision.Reason }),
            _ => Refused(decision.Reason),
        };
    }

    private JoinDecision Decide(StateContext context, NodeId node, JoinRequest request) => NodeJoins.Join(
        context.Draft,
        node,
        request.PublicKey,
        options.Joins,
        context.NextNodeKey,
        context.Now,
        wasDeleted: request.TookPart && context.Lookup.KeyOfDeletedNode(node) == request.PublicKey);

    private JoinAnswer Refused(string reason) => state.Sealed(new JoinAnswer { Status = "refused", Reason = reason });

    private bool IsTooMuch()
    {
        var now = clock.GetUtcNow();
        if (now - second >= TimeSpan.FromSeconds(1))
        {
            (second, inSecond) = (now, 0);
        }

        return ++inSecond > options.JoinsPerSecond;
    }

    private static bool IsProved(JoinRequest request)
    {
        try
        {
            using var key = KeyPair.FromPublicKey(request.PublicKey);
            return request.PublicKey.StartsWith('U') && key.Verify(Encoding.UTF8.GetBytes($"{request.NodeId}\n{request.PublicKey}"), request.Proof);
        }
        catch (Exception exception) when (exception is NKeysException or ArgumentException or FormatException)
        {
            return false;
        }
    }
}
