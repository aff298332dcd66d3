using System.Collections.Concurrent;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Takes signs of life. One that says nothing new changes no state; one whose holdings differ twice in a row is asked for its list.</summary>
internal sealed partial class HeartbeatHandler(
    StateWriter state, SignsOfLife signs, ReportedProgress progress, ReportedCaches caches, Dispatcher dispatcher, TimeProvider clock, ILogger<HeartbeatHandler> logger)
{
    private const int MismatchesBeforeList = 2;
    private readonly ConcurrentDictionary<NodeId, int> mismatches = [];
    private readonly ConcurrentDictionary<NodeId, (string Node, string Expected)> compared = [];

    /// <summary>Answers a heartbeat.</summary>
    public async Task<HeartbeatAnswer?> HandleAsync(NodeId id, Heartbeat heartbeat, CancellationToken cancellation)
    {
        if (state.SenderOf(id, heartbeat) is not { Session: { } session } node)
        {
            return SessionIsOver();
        }

        signs.Note(id, session, clock.GetUtcNow());
        progress.Note(id, heartbeat.Progress);
        caches.Note(id, heartbeat.InputCache);
        if (HasNews(node, heartbeat)
            && !await state.DecideAsync(
                context => NodeSessions.Heed(context.Draft, id, session, heartbeat.Facts, heartbeat.Unwell, context.Now), cancellation))
        {
            return SessionIsOver();
        }

        var differs = Differs(node, session, heartbeat);
        if (differs)
        {
            LogDiffers(id);
        }

        if (differs || heartbeat.HasMissed)
        {
            await state.DecideAsync(context => NodeSessions.Doubt(context.Draft, id, session), cancellation);
        }

        return state.Current.Nodes.TryGetValue(id, out var now) && now.Session == session
            ? state.Sealed(new HeartbeatAnswer { WantsList = now.NeedsSync }, session)
            : SessionIsOver();
    }

    private HeartbeatAnswer SessionIsOver() => state.Sealed(new HeartbeatAnswer { SessionIsOver = true });

    private static bool HasNews(ClusterNode node, Heartbeat heartbeat) =>
        heartbeat.Facts is not null || heartbeat.Unwell != node.Unwell || node.Connection != NodeConnection.Connected;

    private bool Differs(ClusterNode node, SessionId session, Heartbeat heartbeat)
    {
        var isComparable = !node.NeedsSync && heartbeat.UnackedReports == 0 && !node.Strangers.Values.Any(stranger => stranger.IsUnsent)
            && dispatcher.IsQuiet(node.Id, session, heartbeat.AppliedBatch);
        var hashes = (Node: heartbeat.HoldingsHash, Expected: isComparable ? ExpectedHash(state.Current, node) : "");
        if (!isComparable || hashes.Node == hashes.Expected || (compared.TryGetValue(node.Id, out var before) && before == hashes))
        {
            // A difference that a list has not removed would ask for lists for ever, and keep work from the node meanwhile.
            mismatches.TryRemove(node.Id, out _);
            return false;
        }

        var count = mismatches.AddOrUpdate(node.Id, 1, (_, sofar) => sofar + 1);
        if (count < MismatchesBeforeList)
        {
            return false;
        }

        mismatches.TryRemove(node.Id, out _);
        compared[node.Id] = hashes;
        return true;
    }

    private static string ExpectedHash(ClusterSnapshot snapshot, ClusterNode sender)
    {
        var node = snapshot.Nodes.GetValueOrDefault(sender.Id, sender);
        var known = from execution in node.Executions.Select(execution => snapshot.Executions.GetValueOrDefault(execution))
                    where execution is { AckedRevision: > 0 }
                    select (execution.Id.Value, execution.AckedRevision, execution.ReportRevision);
        return HoldingHash.Of(known.Concat(node.Strangers.Select(pair => (pair.Key.Value, pair.Value.AskRevision, pair.Value.ReportRevision))));
    }
}
