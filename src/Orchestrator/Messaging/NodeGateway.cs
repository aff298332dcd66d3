using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Reads what is long from nodes, piece by piece, over the second connection: logs, and results for clients that cannot reach the node.</summary>
/// <param name="link">The second connection.</param>
/// <param name="state">The present state, which knows each node's session.</param>
public sealed class NodeGateway(IMessageLink link, StateWriter state)
{
    /// <summary>How long a node may take to answer, beyond what it was asked to wait.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads log frames.</summary>
    /// <param name="node">The node that has the log.</param>
    /// <param name="execution">The execution.</param>
    /// <param name="position">Position to read from; 0 for the begin, −1 for the end of what exists now, else <see cref="Piece.Next"/> of the piece before.</param>
    /// <param name="lastLines">With position 0: start at the last so many lines; 0 for all.</param>
    /// <param name="waitMillis">How long the node may wait for new bytes before it answers with none.</param>
    /// <param name="cancellation">Gives up earlier.</param>
    /// <returns>The piece, which may say why there is nothing; null if the node cannot be reached now.</returns>
    public Task<Piece?> ReadLogAsync(
        NodeId node, ExecutionId execution, long position, int lastLines, int waitMillis, CancellationToken cancellation) =>
        AskAsync(
            node,
            Subjects.LogsOfNode,
            new LogRequest
            {
                ExecutionId = execution.Value,
                Position = position,
                LastLines = lastLines,
                WaitMillis = waitMillis,
            },
            MessageJson.Default.LogRequest,
            AnswerTimeout + TimeSpan.FromMilliseconds(waitMillis),
            cancellation);

    /// <summary>Reads the packed result that a node keeps of an execution with the <c>local</c> publisher.</summary>
    /// <param name="node">The node that has it.</param>
    /// <param name="execution">The execution.</param>
    /// <param name="offset">First byte wanted.</param>
    /// <param name="cancellation">Gives up earlier.</param>
    /// <returns>The piece, which may say why there is nothing; null if the node cannot be reached now.</returns>
    public Task<Piece?> ReadResultAsync(NodeId node, ExecutionId execution, long offset, CancellationToken cancellation) =>
        AskAsync(
            node,
            Subjects.ResultsOfNode,
            new ResultRequest
            {
                ExecutionId = execution.Value,
                Offset = offset,
            },
            MessageJson.Default.ResultRequest,
            AnswerTimeout,
            cancellation);

    private async Task<Piece?> AskAsync<T>(
        NodeId node,
        Func<NodeId, SessionId, string> subject,
        T question,
        JsonTypeInfo<T> json,
        TimeSpan timeout,
        CancellationToken cancellation)
        where T : Envelope
    {
        if (state.Current.Nodes.GetValueOrDefault(node)?.Session is not { } session)
        {
            return null;
        }

        var payload = JsonSerializer.SerializeToUtf8Bytes(state.Sealed(question, session), json);
        var answer = await link.RequestAsync(subject(node, session), payload, timeout, cancellation);
        return answer is LinkAnswer.Answered(var bytes) ? JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.Piece) : null;
    }
}
