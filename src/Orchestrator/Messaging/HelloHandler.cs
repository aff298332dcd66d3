using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Gives sessions to node processes. While the process of the old session answers, no other one gets a session of the same node.</summary>
internal sealed partial class HelloHandler(StateWriter state, IMessageLink link, MessagingOptions options, ILogger<HelloHandler> logger)
{
    /// <summary>More starts than any orchestrator ever makes: a node that has seen such a term has a damaged store, and the others are not to follow it there.</summary>
    private const long LargestTerm = 1L << 48;

    /// <summary>Answers a hello.</summary>
    public async Task<Welcome?> HandleAsync(NodeId id, Hello hello, CancellationToken cancellation)
    {
        if (FindObjection(id, hello) is var (code, reason))
        {
            return Refused(id, code, reason);
        }

        var known = state.Current.Nodes.GetValueOrDefault(id);
        if (known is { Session: { } old } && known.BootId != hello.BootId && await IsHeldByAnotherAsync(id, old, hello.BootId, cancellation))
        {
            return Refused(
                id, "inUse", $"node ID {id} is in use on host {known.Facts.Host}. Stop that process, or give this one a data directory of its own, not a copy");
        }

        var opening = new SessionOpening(id, hello.BootId, hello.Facts, known?.Session, KnewCluster: hello.HighestTerm > 0);
        var decision = await state.DecideAsync(context => Decide(context, opening, hello.HighestTerm), cancellation);
        if (decision is not SessionDecision.Opened(var session))
        {
            var refused = (SessionDecision.Refused)decision;
            return Refused(id, refused.Code, refused.Reason);
        }

        LogOpened(id, hello.Facts.Host, session);
        return state.Sealed(new Welcome
        {
            GivenSession = session.Value,
            HeartbeatMillis = (int)options.Liveness.HeartbeatInterval.TotalMilliseconds,
        });
    }

    private SessionDecision Decide(StateContext context, SessionOpening opening, long highestTerm)
    {
        if (highestTerm > state.Store.Term)
        {
            LogRestored(opening.Node, highestTerm, state.Store.Term);
            context.RaiseTermAbove(highestTerm);
            HeldWork.Begin(context.Draft);
        }

        var wasDeleted = context.Draft.Node(opening.Node) is null && context.Lookup.KeyOfDeletedNode(opening.Node) is not null;
        return NodeSessions.Open(context.Draft, opening with { WasDeleted = wasDeleted }, context.Ids.NextSessionId(), context.Now);
    }

    private (string Code, string Reason)? FindObjection(NodeId id, Hello hello) =>
        hello.V != Envelope.CurrentVersion
            ? ("tooOld", $"the node speaks protocol version {hello.V} and this orchestrator version {Envelope.CurrentVersion}; use the same release on both")
        : hello.Cluster.Length > 0 && hello.Cluster != state.Store.ClusterId
            ? ("wrongCluster", $"node {id} belongs to cluster {hello.Cluster}, and this is {state.Store.ClusterId}; start it with --rejoin to move it here")
        : hello.HighestTerm > LargestTerm
            ? ("wrongCluster", $"node {id} has seen term {hello.HighestTerm}, which no orchestrator reaches; give it an empty data directory")
        : null;

    /// <summary>Nobody there, or no answer in time: the old process is gone, or hears that its session is over when it is back.</summary>
    private async Task<bool> IsHeldByAnotherAsync(NodeId id, SessionId old, string bootId, CancellationToken cancellation)
    {
        var ping = JsonSerializer.SerializeToUtf8Bytes(state.Sealed(new Ping(), old), MessageJson.Default.Ping);
        var answer = await link.RequestAsync(Subjects.PingOfNode(id, old), ping, options.PingTimeout, cancellation);
        return answer is LinkAnswer.Answered(var bytes) && JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.Pong)?.BootId != bootId;
    }

    private Welcome Refused(NodeId id, string code, string reason)
    {
        LogRefused(id, code, reason);
        return state.Sealed(new Welcome { Refused = code, Reason = reason });
    }
}
