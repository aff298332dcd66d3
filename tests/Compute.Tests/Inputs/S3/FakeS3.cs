using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>A server of one bucket, <c>b</c>, that answers as S3 does unless a test says otherwise for an object: what no real server does on demand.</summary>
internal sealed class FakeS3 : IAsyncDisposable
{
    private readonly WebServer server;
    private readonly ConcurrentDictionary<byte[], string> tags = new(ReferenceEqualityComparer.Instance);

    public FakeS3() => server = new WebServer(AnswerAsync);

    /// <summary>Contents by key.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = [];

    /// <summary>Answers to GET, by key, where it is not simply the object.</summary>
    public ConcurrentDictionary<string, Func<WebRequest, Stream, Task>> Gets { get; } = [];

    /// <summary>Answers every question; null for as S3 does.</summary>
    public Func<WebRequest, Stream, Task>? All { get; set; }

    /// <summary>Whether all lists say that there is more.</summary>
    public bool ListsWithoutEnd { get; set; }

    public IReadOnlyList<WebRequest> Requests => server.Requests;

    /// <summary>Requests for the content of an object.</summary>
    public IReadOnlyList<WebRequest> Downloads => [.. server.Requests.Where(request => request is { Method: "GET" } && !request.Target.Contains("list-type", StringComparison.Ordinal))];

    /// <summary>Address of the service.</summary>
    public string Endpoint(string host = "localhost") => server.Url("", host);

    /// <summary>Tag of a content.</summary>
    public static string TagOf(byte[] content) => $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..32]}\"";

    /// <summary>A part of an object, as it is answered from a byte on; fewer bytes than are promised if <paramref name="sent"/> is less.</summary>
    public static Task SendAsync(Stream to, byte[] content, int from, int sent) => WebServer.WriteAsync(
        to,
        from == 0 ? "200 OK" : "206 Partial Content",
        string.Create(CultureInfo.InvariantCulture, $"ETag: {TagOf(content)}\nContent-Length: {content.Length - from}{(from == 0 ? "" : $"\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}")}"),
        content.AsMemory(from, Math.Min(sent, content.Length - from)));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private Task AnswerAsync(WebRequest request, Stream to)
    {
        if (All is not null)
        {
            return All(request, to);
        }

        var parts = request.Target.Split('?');
        var key = Uri.UnescapeDataString(parts[0])["/b".Length..].TrimStart('/');
        if (request.Target.Contains("list-type", StringComparison.Ordinal))
        {
            return WebServer.WriteAsync(to, "200 OK", "Content-Type: application/xml", Encoding.UTF8.GetBytes(List(Prefix(parts[1]))));
        }

        if (!Objects.TryGetValue(key, out var content))
        {
            return WebServer.WriteAsync(to, "404 Not Found", "", default);
        }

        if (request.Method == "HEAD")
        {
            return WebServer.WriteAsync(to, "200 OK", string.Create(CultureInfo.InvariantCulture, $"ETag: {TagOfObject(content)}\nContent-Length: {content.Length}"), default);
        }

        if (Gets.TryGetValue(key, out var get))
        {
            return get(request, to);
        }

        return request.Headers.TryGetValue("If-Match", out var tag) && tag != TagOfObject(content)
            ? WebServer.WriteAsync(to, "412 Precondition Failed", "", default)
            : SendAsync(request, to, content);
    }

    /// <summary>What is asked for of an object, or fewer bytes of it.</summary>
    public static Task SendAsync(WebRequest request, Stream to, byte[] content, int most = int.MaxValue)
    {
        if (request.Last is not { } last || last >= content.Length)
        {
            return SendAsync(to, content, request.From, most);
        }

        var length = last + 1 - request.From;
        return WebServer.WriteAsync(
            to,
            "206 Partial Content",
            string.Create(CultureInfo.InvariantCulture, $"ETag: {TagOf(content)}\nContent-Length: {length}\nContent-Range: bytes {request.From}-{last}/{content.Length}"),
            content.AsMemory(request.From, Math.Min(most, length)));
    }

    /// <summary>Objects may be large, and are listed often.</summary>
    private string TagOfObject(byte[] content) => tags.GetOrAdd(content, TagOf);

    private static string Prefix(string query) =>
        Uri.UnescapeDataString(query.Split('&').FirstOrDefault(part => part.StartsWith("prefix=", StringComparison.Ordinal))?["prefix=".Length..] ?? "");

    private string List(string prefix)
    {
        var list = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        foreach (var (key, content) in Objects.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            list.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{key}</Key><ETag>{TagOfObject(content).Replace("\"", "&quot;", StringComparison.Ordinal)}</ETag><Size>{content.Length}</Size></Contents>");
        }

        var more = ListsWithoutEnd ? $"<IsTruncated>true</IsTruncated><NextContinuationToken>{Guid.NewGuid()}</NextContinuationToken>" : "<IsTruncated>false</IsTruncated>";
        return list.Append(more).Append("</ListBucketResult>").ToString();
    }
}
