using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Bacalhau.Protocol.Http.Client;

/// <summary>Reads the log of a job from a WebSocket.</summary>
internal sealed class LogStream(HttpMessageInvoker invoker, ApiConnection connection)
{
    /// <summary>A frame longer than this is no log frame.</summary>
    private const int MaxFrameBytes = 4 << 20;

    /// <summary>The frames until the server ends the stream.</summary>
    public async IAsyncEnumerable<LogFrameView> ReadAsync(Uri address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Bacalhau-Git-Version", ProductVersion.Current.GitVersion);
        if (connection.Authorization.Length > 0)
            socket.Options.SetRequestHeader("Authorization", connection.Authorization);
        socket.Options.CollectHttpResponseDetails = true;
        await ConnectAsync(socket, address, cancellation);
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        while (await ReadFrameAsync(socket, buffer, cancellation))
        {
            yield return Parse(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }
    }

    private async Task ConnectAsync(ClientWebSocket socket, Uri address, CancellationToken cancellation)
    {
        try
        {
            await socket.ConnectAsync(address, invoker, cancellation);
        }
        catch (WebSocketException problem)
        {
            throw problem.InnerException is HttpRequestException unreachable ? ApiFailures.Of(unreachable, connection.AddressText)
                : (int)socket.HttpStatusCode > 0 ? ApiFailures.Of(socket.HttpStatusCode, "", connection.AddressText)
                : new ApiFailureException($"failed to read the logs from {connection.AddressText}: {problem.Message}", ApiFailures.ReachHint(connection.AddressText), cause: problem);
        }
    }

    private async Task<bool> ReadFrameAsync(ClientWebSocket socket, ArrayBufferWriter<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellation);
                if (result.MessageType == WebSocketMessageType.Close)
                    return await CloseAsync(socket, cancellation);
                buffer.Advance(result.Count);
                if (result.EndOfMessage)
                    return true;
                if (buffer.WrittenCount > MaxFrameBytes)
                    throw new ApiFailureException($"the log stream from {connection.AddressText} holds a frame of more than {MaxFrameBytes >> 20} MiB");
            }
        }
        catch (WebSocketException problem)
        {
            throw new ApiFailureException($"the log stream from {connection.AddressText} broke off: {problem.Message}", "Run the command again to go on", cause: problem);
        }
    }

    private static async Task<bool> CloseAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var status = socket.CloseStatus;
        if (socket.State == WebSocketState.CloseReceived)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        return status is WebSocketCloseStatus.NormalClosure or null
            ? false
            : throw new ApiFailureException($"the server ended the log stream: {status} {socket.CloseStatusDescription}".TrimEnd());
    }

    private LogFrameView Parse(ReadOnlySpan<byte> frame)
    {
        try
        {
            return JsonSerializer.Deserialize(frame, ApiJson.Wire.LogFrameView)!;
        }
        catch (JsonException problem)
        {
            throw new ApiFailureException($"the log stream from {connection.AddressText} holds a frame that is not a log frame", cause: problem);
        }
    }
}
