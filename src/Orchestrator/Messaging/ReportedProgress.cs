using System.Collections.Concurrent;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>How far executions are that prepare or publish, as their nodes last said. It is kept in memory only: the next sign of life says it anew.</summary>
public sealed class ReportedProgress
{
    private readonly ConcurrentDictionary<NodeId, IReadOnlyDictionary<ExecutionId, ExecutionProgress>> byNode = [];

    /// <summary>Takes what a node says, in place of what it said before.</summary>
    internal void Note(NodeId node, ExecutionProgressNote[]? notes)
    {
        if (notes is null)
        {
            byNode.TryRemove(node, out _);
            return;
        }

        var latest = new Dictionary<ExecutionId, ExecutionProgress>();
        foreach (var note in notes)
        {
            if (note.Progress is { } progress)
            {
                latest[new ExecutionId(note.ExecutionId)] = progress;
            }
        }

        byNode[node] = latest;
    }

    /// <summary>How far an execution is, by the word of the node that it is on; null if it does nothing that takes long.</summary>
    internal ExecutionProgress? Find(LiveExecution execution) =>
        execution is { IsEnded: false, Phase: ExecutionPhase.Preparing or ExecutionPhase.Publishing } && byNode.TryGetValue(execution.Node, out var told)
            ? told.GetValueOrDefault(execution.Id)
            : null;
}
