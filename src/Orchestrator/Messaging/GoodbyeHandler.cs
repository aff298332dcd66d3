using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Takes leave of node processes that end in good order.</summary>
internal sealed class GoodbyeHandler(StateWriter state)
{
    /// <summary>Answers a goodbye once what was stopped is on disk.</summary>
    public async Task<Noted?> HandleAsync(NodeId id, Goodbye goodbye, CancellationToken cancellation)
    {
        if (state.SenderOf(id, goodbye) is not { Session: { } session })
        {
            return state.Sealed(new Noted { SessionIsOver = true });
        }

        var stopped = goodbye.Stopped.Select(execution => new ExecutionId(execution)).ToArray();
        var isCurrent = await state.DecideAsync(context => NodeSessions.End(context.Draft, id, session, stopped, context.Now), cancellation);
        return state.Sealed(new Noted { SessionIsOver = !isCurrent }, session);
    }
}
