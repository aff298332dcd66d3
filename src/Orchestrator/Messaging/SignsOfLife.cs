using Bacalhau.Core;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>When nodes were heard last. Gathered here, so that ten thousand heartbeats are not ten thousand changes of state.</summary>
internal sealed class SignsOfLife
{
    private readonly Lock gate = new();
    private SortedDictionary<NodeId, Sign> heard = [];

    /// <summary>Notes that a node spoke.</summary>
    public void Note(NodeId node, SessionId session, DateTimeOffset at)
    {
        lock (gate)
        {
            heard[node] = new Sign(node, session, at);
        }
    }

    /// <summary>Takes all that was noted since the last call, by node.</summary>
    public IReadOnlyCollection<Sign> Take()
    {
        lock (gate)
        {
            var taken = heard;
            heard = [];
            return taken.Values;
        }
    }

    /// <summary>Takes back what was taken and could not be used; of a node that has spoken since, the newer sign stays.</summary>
    public void GiveBack(IEnumerable<Sign> signs)
    {
        lock (gate)
        {
            foreach (var sign in signs)
            {
                if (!heard.TryGetValue(sign.Node, out var newer) || newer.At < sign.At)
                {
                    heard[sign.Node] = sign;
                }
            }
        }
    }

    /// <summary>A sign of life.</summary>
    /// <param name="Node">Who.</param>
    /// <param name="Session">In which session.</param>
    /// <param name="At">When.</param>
    internal readonly record struct Sign(NodeId Node, SessionId Session, DateTimeOffset At);
}
