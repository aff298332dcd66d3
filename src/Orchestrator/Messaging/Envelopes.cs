using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Addresses what leaves, and checks what comes in.</summary>
internal static class Envelopes
{
    /// <summary>The message with this cluster's id, the present term and a session.</summary>
    public static T Sealed<T>(this StateWriter state, T message, SessionId? session = null)
        where T : Envelope => (T)((Envelope)message with
        {
            Cluster = state.Store.ClusterId,
            Term = state.Store.Term,
            Session = session?.Value ?? "",
        });

    /// <summary>The node that sent a message in its present session; null if that session is over, or the message is of another cluster.</summary>
    public static ClusterNode? SenderOf(this StateWriter state, NodeId node, Envelope message) =>
        message.Cluster == state.Store.ClusterId
        && state.Current.Nodes.TryGetValue(node, out var sender)
        && sender.Session is { } session
        && session.Value == message.Session
            ? sender
            : null;
}
