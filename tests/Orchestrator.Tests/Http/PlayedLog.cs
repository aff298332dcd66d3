using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Logs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>A node that answers questions for logs, and a client that reads them.</summary>
internal static class PlayedLog
{
    /// <summary>Lets the node answer with one log for all of its executions; positions count frames.</summary>
    public static Task<IAsyncDisposable> ServeAsync(ApiCluster cluster, ClusterNode node, LogFrame[] log, bool isEnd, int framesPerPiece = int.MaxValue)
    {
        return cluster.Hub.Connect("node").SubscribeAsync(Subjects.LogsOfNode(node.Id, node.Session!.Value), AnswerAsync, CancellationToken.None);

        async Task AnswerAsync(LinkMessage message)
        {
            var asked = JsonSerializer.Deserialize(message.Payload.Span, MessageJson.Default.LogRequest)!;
            var next = (int)Math.Min(log.Length, Math.Max(asked.Position, 0) + (long)framesPerPiece);
            var piece = new Piece
            {
                Bytes = [.. log.Skip((int)Math.Max(asked.Position, 0)).Take(framesPerPiece).SelectMany(LogFrames.Encode)],
                Next = next,
                IsEnd = isEnd && next == log.Length,
            };
            await message.Answer!(JsonSerializer.SerializeToUtf8Bytes(piece, MessageJson.Default.Piece));
        }
    }

    /// <summary>Reads a stream to its close, or leaves it after so many frames.</summary>
    public static async Task<(IReadOnlyList<string> Frames, (WebSocketCloseStatus? Status, string? Reason) Close)> ReadAsync(
        ApiCluster cluster, string path, string query, int leaveAfter = int.MaxValue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        using var socket = new ClientWebSocket();
        var address = new UriBuilder(cluster.Client.BaseAddress!) { Scheme = "ws", Path = path, Query = query };
        await socket.ConnectAsync(address.Uri, limit.Token);
        var frames = new List<string>();
        var buffer = new byte[65536];
        while (frames.Count < leaveAfter)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
                return (frames, (socket.CloseStatus, socket.CloseStatusDescription));
            }

            Assert.True(received.EndOfMessage);
            frames.Add(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }

        return (frames, default);
    }
}
