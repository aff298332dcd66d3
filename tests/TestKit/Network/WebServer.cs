using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bacalhau.TestKit.Network;

/// <summary>A request as it came.</summary>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Headers by name, without case.</param>
public sealed record WebRequest(string Target, ImmutableDictionary<string, string> Headers)
{
    /// <summary>What is asked.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>First byte that is asked for.</summary>
    public int From => Headers.TryGetValue("Range", out var range) ? int.Parse(range["bytes=".Length..].Split('-')[0], CultureInfo.InvariantCulture) : 0;

    /// <summary>Last byte that is asked for; null for all that follow.</summary>
    public int? Last => Headers.TryGetValue("Range", out var range) && range.Split('-')[1] is { Length: > 0 } last ? int.Parse(last, CultureInfo.InvariantCulture) : null;
}

/// <summary>A web server on a loopback port that says, byte by byte, what a test wants: one that lies, stalls and breaks off too. Each request has a connection of its own.</summary>
public sealed class WebServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Func<WebRequest, Stream, Task> answer;
    private readonly List<WebRequest> requests = [];
    private readonly Task accepting;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Writes the answer to a request; the connection is closed after it.</param>
    public WebServer(Func<WebRequest, Stream, Task> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Requests so far.</summary>
    public IReadOnlyList<WebRequest> Requests
    {
        get { lock (requests) { return [.. requests]; } }
    }

    /// <summary>URL of something on it.</summary>
    /// <param name="target">Path, with its slash.</param>
    /// <param name="host">Name for this machine.</param>
    public string Url(string target, string host = "localhost") =>
        string.Create(CultureInfo.InvariantCulture, $"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}{target}");

    /// <summary>Writes a head, and a body whose length is told unless the headers tell another.</summary>
    public static async Task WriteAsync(Stream to, string status, string headers, ReadOnlyMemory<byte> body)
    {
        var length = headers.Contains("Content-Length", StringComparison.Ordinal) || headers.Contains("chunked", StringComparison.Ordinal)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\n");
        var head = $"HTTP/1.1 {status}\nConnection: close\n{length}{headers}{(headers.Length > 0 ? "\n" : "")}\n".ReplaceLineEndings("\r\n");
        await to.WriteAsync(Encoding.ASCII.GetBytes(head));
        await to.WriteAsync(body);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        end.Cancel();
        listener.Stop();
        await accepting;
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(end.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = connection.GetStream();
            if (await ReadAsync(stream) is { } request)
            {
                lock (requests)
                {
                    requests.Add(request);
                }

                await answer(request, stream);
            }
        }
        catch (IOException)
        {
            // The other side has gone.
        }
    }

    private static async Task<WebRequest?> ReadAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first)
        {
            return null;
        }

        var headers = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        if (headers.TryGetValue("Content-Length", out var length))
        {
            await PassBodyAsync(stream, reader, long.Parse(length, CultureInfo.InvariantCulture), headers.ContainsKey("Expect"));
        }

        return new WebRequest(first.Split(' ')[1], headers.ToImmutable()) { Method = first.Split(' ')[0] };
    }

    /// <summary>Takes a body in and forgets it: who sends one may hear no answer before. A byte is a character to the reader.</summary>
    private static async Task PassBodyAsync(Stream stream, StreamReader reader, long length, bool isAnnounced)
    {
        if (isAnnounced)
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        var buffer = new char[8192];
        for (var left = length; left > 0;)
        {
            left -= await reader.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length))) is > 0 and var read ? read : left;
        }
    }
}
