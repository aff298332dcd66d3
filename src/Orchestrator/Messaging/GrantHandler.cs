using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Gives leave to publish; a yes leaves after it is on disk.</summary>
internal sealed class GrantHandler(StateWriter state, SignsOfLife signs, TimeProvider clock)
{
    /// <summary>Answers a node that wants to publish, or goes on publishing.</summary>
    public async Task<GrantAnswer?> HandleAsync(NodeId id, GrantRequest request, CancellationToken cancellation)
    {
        if (state.SenderOf(id, request) is not { Session: { } session })
        {
            return state.Sealed(new GrantAnswer { TryLater = true, Reason = "the session is over" });
        }

        signs.Note(id, session, clock.GetUtcNow());
        try
        {
            var decision = await state.DecideAsync(
                context => context.Draft.Node(id)?.Session == session
                    ? Grants.Decide(context.Draft, id, new ExecutionId(request.ExecutionId), context.Now)
                    : null,
                cancellation);
            return state.Sealed(AnswerOf(decision), session);
        }
        catch (StoreUnavailableException exception)
        {
            return state.Sealed(new GrantAnswer { TryLater = true, Reason = exception.Message }, session);
        }
    }

    private static GrantAnswer AnswerOf(GrantDecision? decision) => decision switch
    {
        null => new GrantAnswer { TryLater = true, Reason = "the session is over" },
        { Granted: true } => new GrantAnswer { Granted = true, GrantMillis = (int)Grants.Length.TotalMilliseconds },
        _ => new GrantAnswer { Reason = decision.Reason },
    };
}
