using System.Collections.Concurrent;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>What nodes keep of inputs, as they last said. It is kept in memory only: the next sign of life says it anew.</summary>
public sealed class ReportedCaches
{
    private readonly ConcurrentDictionary<NodeId, InputCacheNote> byNode = [];

    /// <summary>What a node says of its cache; null if it has not.</summary>
    public InputCacheNote? Find(NodeId node) => byNode.GetValueOrDefault(node);

    /// <summary>Takes what a node says, in place of what it said before.</summary>
    internal void Note(NodeId node, InputCacheNote? note)
    {
        if (note is null)
        {
            byNode.TryRemove(node, out _);
        }
        else
        {
            byNode[node] = note;
        }
    }
}
