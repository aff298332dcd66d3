using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Sends each node the wishes that it has not acknowledged. Looks only at nodes that have some.</summary>
internal sealed class Dispatcher(StateWriter state, IMessageLink link, MessagingOptions options, TimeProvider clock, ILogger<NodeDispatch> logger)
{
    private readonly Lock gate = new();
    private readonly Dictionary<NodeId, NodeDispatch> lines = [];
    private readonly List<Task> running = [];

    /// <summary>Whether a node has acknowledged all batches of its session, the last of them having this number.</summary>
    public bool IsQuiet(NodeId node, SessionId session, long lastBatch)
    {
        lock (gate)
        {
            return lines.TryGetValue(node, out var line) ? line.IsQuiet(session, lastBatch) : lastBatch == 0;
        }
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var snapshot = state.Current;
                foreach (var node in snapshot.Unserved)
                {
                    LineOf(node, cancellation).Wake();
                }

                await state.WaitForChangeAsync(snapshot.Version, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    private NodeDispatch LineOf(NodeId node, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (lines.TryGetValue(node, out var line))
            {
                return line;
            }

            lines[node] = line = new NodeDispatch(node, state, link, options, clock, logger);
        }

        running.Add(lines[node].RunAsync(cancellation));
        return lines[node];
    }
}
