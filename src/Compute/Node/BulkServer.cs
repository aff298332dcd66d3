using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Logs;
using Bacalhau.Compute.Publishers;
using Bacalhau.Core;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

/// <summary>Gives logs and kept results to the orchestrator, piece by piece.</summary>
internal sealed partial class BulkServer(
    OrchestratorPort port, OpenLogs logs, IReadOnlyList<IKeptResults> results, TimeProvider clock, ILogger<BulkServer> logger)
{
    private const int PieceBytes = 256 * 1024;
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(30);

    /// <summary>Answers a question for a log.</summary>
    public async Task OnLogAsync(LinkMessage message)
    {
        // Others are served while this one waits for new output.
        if (await port.ReadAsync(message.Payload, MessageJson.Default.LogRequest) is { } request)
        {
            _ = AnswerAsync(message, () => ReadLogAsync(request));
        }
    }

    /// <summary>Answers a question for a result.</summary>
    public async Task OnResultAsync(LinkMessage message)
    {
        if (await port.ReadAsync(message.Payload, MessageJson.Default.ResultRequest) is { } request)
        {
            _ = AnswerAsync(message, () => Task.FromResult(ReadResult(request)));
        }
    }

    private async Task AnswerAsync(LinkMessage message, Func<Task<Piece>> read)
    {
        try
        {
            var piece = await read();
            await (message.Answer?.Invoke(port.Write(piece, MessageJson.Default.Piece)) ?? Task.CompletedTask);
        }
        catch (ObjectDisposedException)
        {
            // What was read has been closed meanwhile, as the node ends: the asker asks who knows it then.
        }
        catch (Exception exception) // One question that cannot be answered; the asker asks again.
        {
            LogNotAnswered(message.Subject, exception);
        }
    }

    private async Task<Piece> ReadLogAsync(LogRequest request)
    {
        if (logs.Find(new ExecutionId(request.ExecutionId)) is not { } log)
        {
            return new Piece { Refused = $"node {port.Node} has no log of execution {request.ExecutionId}" };
        }

        var piece = Read(log, request, request.Position);
        if (piece is { Bytes.Length: 0, IsEnd: false } && request.WaitMillis > 0)
        {
            await WaitAsync(log, piece.Next, TimeSpan.FromMilliseconds(request.WaitMillis));
            piece = log.Read(piece.Next, PieceBytes);
        }

        return new Piece { Bytes = piece.Bytes, Next = piece.Next, Total = -1, IsEnd = piece.IsEnd };
    }

    private static LogPiece Read(ExecutionLog log, LogRequest request, long position) =>
        position == 0 && request.LastLines > 0 ? log.ReadLastLines(request.LastLines, PieceBytes) : log.Read(position, PieceBytes);

    private async Task WaitAsync(ExecutionLog log, long position, TimeSpan wait)
    {
        using var limit = new CancellationTokenSource(wait < _longestWait ? wait : _longestWait, clock);
        try
        {
            await log.WaitForMoreAsync(position, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing came in that time; the answer says so.
        }
    }

    private Piece ReadResult(ResultRequest request)
    {
        foreach (var keeper in results)
        {
            using var stream = keeper.Open(new ExecutionId(request.ExecutionId));
            if (stream is null)
            {
                continue;
            }

            stream.Position = Math.Clamp(request.Offset, 0, stream.Length);
            var bytes = new byte[Math.Min(PieceBytes, stream.Length - stream.Position)];
            stream.ReadExactly(bytes);
            return new Piece { Bytes = bytes, Next = stream.Position, Total = stream.Length, IsEnd = stream.Position == stream.Length };
        }

        return new Piece { Refused = $"node {port.Node} keeps no result of execution {request.ExecutionId}" };
    }
}
