using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Cli.Tests.Support;

/// <summary>An HTTP server that answers as a test tells it.</summary>
internal sealed class FakeApi : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<string, Func<HttpListenerRequest, FakeAnswer>> answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> logs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> requests = new();
    private readonly Task serving;

    public FakeApi()
    {
        Port = FreePort.Next();
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        serving = ServeAsync();
    }

    public int Port { get; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Requests so far, as <c>GET /path?query</c>.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Answers a path below <c>/api/v1</c> with JSON.</summary>
    public FakeApi On(string method, string path, string json) => On(method, "/api/v1" + path, _ => new(200, Encoding.UTF8.GetBytes(json)));

    /// <summary>Answers a whole path as a function says.</summary>
    public FakeApi On(string method, string path, Func<HttpListenerRequest, FakeAnswer> answer)
    {
        answers[$"{method} {path}"] = answer;
        return this;
    }

    /// <summary>Answers the request for a log below <c>/api/v1</c> with what a program printed.</summary>
    public FakeApi OnLog(string path, string printed)
    {
        logs["/api/v1" + path] = printed;
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        // Closing what was stopped before would take the port again, which may be somebody else's by now.
        listener.Close();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception ended) when (ended is HttpListenerException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var path = context.Request.Url!.AbsolutePath;
        requests.Enqueue($"{context.Request.HttpMethod} {context.Request.Url.PathAndQuery}");
        if (logs.TryGetValue(path, out var log))
        {
            await SendLogAsync(context, log);
            return;
        }
        var answer = answers.TryGetValue($"{context.Request.HttpMethod} {path}", out var found)
            ? found(context.Request)
            : new(404, Encoding.UTF8.GetBytes($$"""{"Status":404,"Message":"nothing at {{path}}","Code":"NotFound"}"""));
        context.Response.StatusCode = answer.Status;
        if (answer.Range is { } range)
            context.Response.AddHeader("Content-Range", range);
        if (answer.Tag is { } tag)
            context.Response.AddHeader("ETag", tag);
        context.Response.ContentLength64 = answer.Promised ?? answer.Body.Length;
        await context.Response.OutputStream.WriteAsync(answer.Body);
        if (answer.Promised is null)
            context.Response.Close();
        else
            context.Response.Abort();
    }

    private static async Task SendLogAsync(HttpListenerContext context, string printed)
    {
        using var socket = (await context.AcceptWebSocketAsync(subProtocol: null)).WebSocket;
        var frame = $$$"""{"value":{"Type":1,"Line":"{{{JsonEncodedText.Encode(printed)}}}"}}""";
        await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
    }
}

/// <summary>An answer; with more bytes promised than given, the connection breaks off.</summary>
internal sealed record FakeAnswer(int Status, byte[] Body, string? Range = null, long? Promised = null, string? Tag = null);
