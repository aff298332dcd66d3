using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.State;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Takes the signs of life into the state, and declares silent nodes disconnected and lost.</summary>
internal sealed partial class LivenessLoop(
    StateWriter state, SignsOfLife signs, LivenessRules rules, TimeProvider clock, ILogger<LivenessLoop> logger)
{
    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var interval = rules.HeartbeatInterval / 5;
        var nextSigns = clock.GetUtcNow();
        var listening = new Listening(state.Current.StartedAt, nextSigns);
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                var now = clock.GetUtcNow();
                listening = listening.At(now, rules);
                if (now >= nextSigns || NodeLiveness.HasVerdict(state.Current, rules, listening, now))
                {
                    await JudgeAsync(listening, cancellation);
                    nextSigns = now + rules.HeartbeatInterval;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orchestrator stops.
        }
    }

    private async Task JudgeAsync(Listening listening, CancellationToken cancellation)
    {
        var heard = new List<SignsOfLife.Sign>();
        try
        {
            var silent = await state.DecideAsync(
                context =>
                {
                    // Taken here: while this waited for its turn nodes have spoken too.
                    heard.AddRange(signs.Take());
                    foreach (var sign in heard)
                    {
                        NodeSessions.Hear(context.Draft, sign.Node, sign.Session, sign.At, context.Now);
                    }

                    var before = context.Draft.Nodes.ToImmutableArray();
                    // The machine may have slept while this waited for its turn.
                    var listened = listening.At(context.Now, rules);
                    NodeLiveness.Judge(context.Draft, rules, listened, context.Now);
                    NodeLiveness.LetLeave(context.Draft, listened, context.Now);
                    return Changed(before, context.Draft);
                },
                cancellation);
            foreach (var node in silent)
            {
                LogSilent(node.Id, node.Connection, node.LastError);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException) // The loop's edge: the next tick tries again.
        {
            // A loss cannot be written on a full disk; those who spoke meanwhile are not to look silent for that.
            signs.GiveBack(heard);
            LogFailed(exception);
        }
    }

    private static List<ClusterNode> Changed(ImmutableArray<ClusterNode> before, ClusterDraft after) =>
        [.. before.Where(node => after.Node(node.Id) is { } now && now.Connection != node.Connection).Select(node => after.Node(node.Id)!)];
}
