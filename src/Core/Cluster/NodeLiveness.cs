using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Cluster;

/// <summary>When silence means what.</summary>
/// <param name="HeartbeatInterval">Time between a node's signs of life.</param>
/// <param name="DisconnectTimeout">Silence after which a node is lost.</param>
public sealed record LivenessRules(TimeSpan HeartbeatInterval, TimeSpan DisconnectTimeout)
{
    /// <summary>A heartbeat each 5 s, lost after 30 s.</summary>
    public static readonly LivenessRules Default = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));

    /// <summary>Silence after which a node is disconnected: two heartbeats missed.</summary>
    public TimeSpan SilenceLimit => 2 * HeartbeatInterval + HeartbeatInterval / 2;
}

/// <summary>Declares silent nodes disconnected, then lost.</summary>
public static class NodeLiveness
{
    /// <summary>Whether <see cref="Judge"/> would change anything, so that nothing is committed for nothing.</summary>
    public static bool HasVerdict(ClusterSnapshot snapshot, LivenessRules rules, Listening listening, DateTimeOffset now) =>
        snapshot.Nodes.Values.Any(node =>
            IsSilent(node, rules, now) || IsLost(node, listening, rules, now) || Leaves(snapshot.Executions.GetValueOrDefault, node, listening, now) || node.Strangers.Values.Any(stranger => IsOver(stranger, now)));

    /// <summary>
    /// Looks at all nodes. A disconnected node gets nothing new. A lost one has no session any more, and what it held is given to others. Nobody is declared
    /// lost before this orchestrator has listened for one full timeout without a break.
    /// </summary>
    public static void Judge(ClusterDraft draft, LivenessRules rules, Listening listening, DateTimeOffset now)
    {
        foreach (var node in draft.Nodes.ToImmutableArray())
        {
            if (IsLost(node, listening, rules, now))
            {
                Lose(draft, node, rules, now);
            }
            else if (IsSilent(node, rules, now))
            {
                draft.Put(
                    node with { Connection = NodeConnection.Disconnected, DisconnectedSince = now, LastError = "no sign of life for two heartbeats" },
                    write: false);
            }

            ForgetStrangers(draft, node.Id, now);
        }
    }

    /// <summary>Lets those leave that are to, and have stopped what they run or had the time for it since this orchestrator listens.</summary>
    public static void LetLeave(ClusterDraft draft, Listening listening, DateTimeOffset now)
    {
        foreach (var node in draft.Nodes.Where(node => Leaves(draft.Execution, node, listening, now)).ToImmutableArray())
        {
            NodeMemberships.Leave(draft, node.Id, now);
        }
    }

    private static bool Leaves(Func<ExecutionId, LiveExecution?> find, ClusterNode node, Listening listening, DateTimeOffset now) =>
        NodeMemberships.MayLeave(find, node, now) && (now - listening.Since >= NodeExit.Patience || now < node.Exit!.Until);

    private static bool IsSilent(ClusterNode node, LivenessRules rules, DateTimeOffset now) =>
        node.Connection == NodeConnection.Connected && Speaks(node) && now - node.LastSeenAt >= rules.SilenceLimit;

    private static bool IsLost(ClusterNode node, Listening listening, LivenessRules rules, DateTimeOffset now) =>
        node.Connection != NodeConnection.Lost
        && Speaks(node)
        && now - node.LastSeenAt >= rules.DisconnectTimeout
        && now - listening.Since >= rules.DisconnectTimeout;

    /// <summary>The orchestrator's own entry, which has no key, says nothing and is there all the same.</summary>
    private static bool Speaks(ClusterNode node) => node.Membership == NodeMembership.Approved && node.PublicKey.Length > 0;

    private static void Lose(ClusterDraft draft, ClusterNode node, LivenessRules rules, DateTimeOffset now)
    {
        draft.Put(node with
        {
            Session = null,
            Connection = NodeConnection.Lost,
            LostSince = now,
            DisconnectedSince = node.Connection == NodeConnection.Connected ? now : node.DisconnectedSince,
            LastError = node.Session is null && node.LastError.Length > 0
                ? node.LastError
                : string.Create(CultureInfo.InvariantCulture, $"no sign of life for {rules.DisconnectTimeout.TotalSeconds:0.#} s"),
        });
        foreach (var id in node.Executions)
        {
            if (draft.Execution(id) is { } execution)
            {
                LostExecutions.Lose(draft, execution, now);
            }
        }
    }

    private static bool IsOver(Stranger stranger, DateTimeOffset now) =>
        stranger.Wish == StrangerWish.Stop && now - stranger.Since >= Stranger.KeptFor;

    private static void ForgetStrangers(ClusterDraft draft, NodeId id, DateTimeOffset now)
    {
        if (draft.Node(id) is not { Strangers.IsEmpty: false } node)
        {
            return;
        }

        foreach (var (execution, stranger) in node.Strangers)
        {
            if (IsOver(stranger, now))
            {
                var forgotten = stranger with { Wish = StrangerWish.Forget, AskRevision = stranger.AskRevision + 1, IsAcked = false };
                node = node with { Strangers = node.Strangers.SetItem(execution, forgotten) };
            }
        }

        draft.Put(node, write: false);
    }
}
