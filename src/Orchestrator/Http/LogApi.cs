using System.Net.WebSockets;
using System.Text.Json;
using Bacalhau.Protocol.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Streams logs over WebSocket (spec: http-api.md §6): text frames, an error as the last one if there is any, then a normal close.</summary>
internal sealed partial class LogApi(JobLogs logs, ILogger logger)
{
    /// <summary>How long a client may take to answer the close.</summary>
    private static readonly TimeSpan _closeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapApi("GET", JobApi.Jobs + "/{id}/logs", StreamAsync, isLongLived: true);

    private async Task StreamAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var listening = ListenAsync(socket, leaving);
        try
        {
            await SendAllAsync(context, socket, leaving.Token);
            leaving.CancelAfter(_closeTimeout);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", leaving.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The client has left; there is nobody to tell.
        }

        await listening;
    }

    /// <summary>A client that does not ask for a WebSocket, or not properly, is answered as the reference does.</summary>
    private static Task RefuseAsync(HttpContext context)
    {
        var asksForSocket = context.Request.Headers.Upgrade.Count > 0;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.SecWebSocketVersion = "13";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.StatusCode = asksForSocket ? 400 : 200;
        return asksForSocket ? context.Response.WriteAsync("Bad Request\n", context.RequestAborted) : Task.CompletedTask;
    }

    private async Task SendAllAsync(HttpContext context, WebSocket socket, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var view in logs.ReadAsync(ReadQuery(context), cancellationToken))
            {
                await SendAsync(socket, view, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or WebSocketException)) // The edge of a stream: errors are its last frame.
        {
            var problem = JobProblems.Of(exception) ?? ApiProblem.Unexpected;
            if (problem == ApiProblem.Unexpected)
            {
                LogFailed(logger, exception, context.Request.Path.Value);
            }

            await SendAsync(socket, new LogFrameView(problem.Message, new LogChunkView(0, "")), cancellationToken);
        }
    }

    private static JobLogsQuery ReadQuery(HttpContext context)
    {
        var query = new RequestQuery(context);
        return new JobLogsQuery(
            ApiRoutes.Id(context),
            query.Text("namespace"),
            query.Text("execution_id"),
            query.Version("job_version"),
            query.Flag("all_executions"),
            new LogRange(query.Flag("follow"), query.Flag("tail"), query.Count("lines")));
    }

    private static Task SendAsync(WebSocket socket, LogFrameView view, CancellationToken cancellationToken)
    {
        byte[] text = [.. JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Wire.LogFrameView), (byte)'\n'];
        return socket.SendAsync(text.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken).AsTask();
    }

    /// <summary>Clients say nothing, but pings are answered only while somebody receives, and so is a close noticed.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource leaving)
    {
        var ignored = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(ignored.AsMemory(), leaving.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The connection is over, which is all that is to be known.
        }

        await leaving.CancelAsync();
    }
}
