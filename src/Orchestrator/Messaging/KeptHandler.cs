using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Tells nodes which of the results that they keep nobody can ask for any more, as their jobs were deleted or collected.</summary>
internal sealed class KeptHandler(StateWriter state)
{
    /// <summary>Answers a node; outside of a session all is known.</summary>
    public async Task<KeptAnswer?> HandleAsync(NodeId id, KeptResults kept, CancellationToken cancellation)
    {
        if (state.SenderOf(id, kept) is not { Session: { } session })
        {
            return state.Sealed(new KeptAnswer());
        }

        var asked = kept.Executions.Take(KeptResults.MostAtOnce).ToList();
        var unknown = await state.DecideAsync(context => asked.Where(execution => context.Lookup.Execution(new ExecutionId(execution)) is null).ToArray(), cancellation);
        return state.Sealed(new KeptAnswer { Unknown = unknown }, session);
    }
}
