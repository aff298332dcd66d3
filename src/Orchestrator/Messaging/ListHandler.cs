using System.Collections.Immutable;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>
/// Takes the lists of what nodes hold. One is compared only while it is wanted and no batch is on its way: a list that was made before the last batch was
/// taken in says nothing about that batch. It is asked for again with the next heartbeat.
/// </summary>
internal sealed partial class ListHandler(
    StateWriter state, HoldingLists lists, SignsOfLife signs, Dispatcher dispatcher, TimeProvider clock, ILogger<ListHandler> logger)
{
    /// <summary>Takes a piece.</summary>
    public async Task<Noted?> HandleAsync(NodeId id, HoldingList piece, CancellationToken cancellation)
    {
        if (state.SenderOf(id, piece) is not { Session: { } session } node)
        {
            return state.Sealed(new Noted { SessionIsOver = true });
        }

        // The first list is sent before the first heartbeat, and may be long.
        signs.Note(id, session, clock.GetUtcNow());
        if (node.NeedsSync && lists.Add(id, piece) is { } listed)
        {
            LogCompared(id, listed.Count);
            var wasRestored = node.HoldsStrangers;
            var isCurrent = await state.DecideAsync(
                context => !dispatcher.IsQuiet(id, session, piece.AppliedBatch) || Compare(context, id, session, listed), cancellation);
            if (!wasRestored && state.Current.Nodes.GetValueOrDefault(id) is { HoldsStrangers: true })
            {
                LogRestored(id);
            }

            return state.Sealed(new Noted { SessionIsOver = !isCurrent }, session);
        }

        return state.Sealed(new Noted(), session);
    }

    private bool Compare(
        StateContext context, NodeId id, SessionId session, ImmutableSortedDictionary<ExecutionId, ListedExecution> listed)
    {
        if (context.Draft.Node(id) is { NeedsSync: false } node && node.Session == session)
        {
            return true;
        }

        var statement = new HoldingStatement
        {
            Node = id,
            Session = session,
            Listed = listed,
            FindEnded = execution => context.Lookup.Execution(execution)?.Execution,
            IsFromLater = unknown => unknown.Order > (unknown.Term < state.Store.Term ? context.LastExecutionKey.AtTerm : context.LastExecutionKey.Now),
        };
        return HoldingComparison.Compare(context.Draft, statement, context.Now);
    }
}
