using Bacalhau.Core;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Who makes a list that many nodes ask for at once: the first, and after a while the next that asks, for the first may have failed.</summary>
internal sealed class ListTurns(TimeProvider clock)
{
    /// <summary>How long the others wait for the first.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private const int MostTurns = 4096;

    private readonly Lock gate = new();
    private readonly Dictionary<InputListKey, (NodeId Node, long Since)> turns = [];

    /// <summary>Whether it is this node's turn.</summary>
    public bool TryTake(InputListKey key, NodeId node)
    {
        lock (gate)
        {
            if (turns.TryGetValue(key, out var turn) && !IsOver(turn.Since))
            {
                return turn.Node == node;
            }

            if (turns.Count >= MostTurns)
            {
                foreach (var over in turns.Where(one => IsOver(one.Value.Since)).Select(one => one.Key).ToList())
                {
                    turns.Remove(over);
                }
            }

            // Of more than that many at once, some are made twice.
            if (turns.Count < MostTurns)
            {
                turns[key] = (node, clock.GetTimestamp());
            }

            return true;
        }
    }

    private bool IsOver(long since) => clock.GetElapsedTime(since) >= Length;
}
