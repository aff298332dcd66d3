using System.Runtime.CompilerServices;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Logs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// Reads the log of an execution from its node, and what the store keeps of the log's end when the node is gone or has deleted it. Readers do not know of
/// each other: each asks for pieces at its own pace.
/// </summary>
internal sealed class ExecutionLog(NodeGateway nodes, JobQueries queries, Func<ClusterSnapshot> snapshot, TimeProvider clock)
{
    /// <summary>How long a node may hold a question for new output; less than anything between here and there gives up after.</summary>
    private const int WaitMillis = 10_000;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);

    /// <summary>The frames, in order.</summary>
    /// <exception cref="ApiProblemException">The node cannot be reached, and the execution has not ended.</exception>
    public async IAsyncEnumerable<LogFrame> ReadAsync(ExecutionId id, LogRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = range.IsFromNow ? -1L : 0L;
        var seen = new SeenFrames();
        while (range.Follows || !range.IsFromNow)
        {
            var execution = Find(id);
            var piece = await nodes.ReadLogAsync(
                execution.Node, id, position, position == 0 ? range.LastLines : 0, range.Follows ? WaitMillis : 0, cancellationToken);
            if (piece is { Refused: "" })
            {
                foreach (var frame in LogFrames.ReadAll(piece.Bytes))
                {
                    seen.Add(frame);
                    yield return frame;
                }

                position = piece.Next;
                if (piece.IsEnd || (piece.Bytes.Length == 0 && (!range.Follows || execution.IsEnded)))
                {
                    yield break;
                }
            }
            else if (execution.IsEnded)
            {
                foreach (var frame in seen.After(LogFrames.ReadAll(StoredEnd(id, range, seen))))
                {
                    yield return frame;
                }

                yield break;
            }
            else if (range.Follows)
            {
                await Task.Delay(_retryDelay, clock, cancellationToken);
            }
            else
            {
                throw new ApiProblemException(Unreachable(execution, piece));
            }
        }
    }

    private LiveExecution Find(ExecutionId id) =>
        snapshot().Executions.GetValueOrDefault(id) ?? queries.Execution(id)?.Execution
            ?? throw new ApiProblemException(JobProblems.NoExecution(id.Value));

    private byte[] StoredEnd(ExecutionId id, LogRange range, SeenFrames seen)
    {
        var end = range.IsFromNow && seen.IsEmpty ? [] : queries.LogTail(id) ?? [];
        return range.LastLines > 0 && seen.IsEmpty ? LogFrames.LastLines(end, range.LastLines) : end;
    }

    private static ApiProblem Unreachable(LiveExecution execution, Piece? piece) => new(
        503,
        "NetworkFailure",
        "LogStream",
        piece is null
            ? $"node {execution.Node}, which has the log of execution {execution.Id}, cannot be reached now"
            : $"node {execution.Node} does not give the log of execution {execution.Id}: {piece.Refused}",
        "Try again in a moment.");
}
