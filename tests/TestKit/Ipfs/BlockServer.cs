using System.Text;
using Bacalhau.Core.Content;
using Bacalhau.TestKit.Network;

namespace Bacalhau.TestKit.Ipfs;

/// <summary>An IPFS node that has the blocks it is given, and tells lies and breaks off where a test says so.</summary>
public sealed class BlockServer : IAsyncDisposable
{
    private readonly Dictionary<string, byte[]> blocks = [];
    private readonly WebServer server;
    private bool isGone;

    public BlockServer()
    {
        server = new WebServer(AnswerAsync);
        Endpoint = new Uri(server.Url("/", "127.0.0.1"));
    }

    /// <summary>Answers instead of the server; false where it does not.</summary>
    public Func<WebRequest, Stream, Task<bool>>? Instead { get; set; }

    /// <summary>What was asked so far, without what every question begins with.</summary>
    public IEnumerable<string> Asked => server.Requests.Select(request => request.Target["/api/v0/".Length..]);

    /// <summary>Address of its RPC.</summary>
    public Uri Endpoint { get; }

    /// <summary>Takes a block in.</summary>
    public Cid Put(byte[] block, ulong codec = Cid.DagPb)
    {
        var cid = UnixFsBlock.CidOf(block, codec);
        blocks[$"{cid}"] = block;
        return cid;
    }

    /// <summary>A file of blocks of so many bytes each.</summary>
    public Cid PutFile(byte[] content, int blockBytes)
    {
        var parts = content.Chunk(blockBytes).Select(part => (Cid: Put(part, Cid.Raw), Bytes: (ulong)part.Length)).ToList();
        return Put(UnixFsBlock.Node(UnixFsBlock.File, null, parts.Select(part => part.Bytes), parts.Select(part => ("", part.Cid, part.Bytes)), (ulong)content.Length));
    }

    /// <summary>An answer of the RPC.</summary>
    public static Task JsonAsync(Stream to, string text, string status = "200 OK") => WebServer.WriteAsync(to, status, "Content-Type: application/json", Encoding.UTF8.GetBytes(text));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!isGone)
        {
            isGone = true;
            await server.DisposeAsync();
        }
    }

    private async Task AnswerAsync(WebRequest request, Stream to)
    {
        if (Instead is not null && await Instead(request, to))
        {
            return;
        }

        const string BlockGet = "/api/v0/block/get?arg=";
        if (request.Method != "POST")
        {
            await WebServer.WriteAsync(to, "405 Method Not Allowed", "", default);
        }
        else if (request.Target == "/api/v0/id")
        {
            await JsonAsync(to, """{"ID":"12D3KooWTest","AgentVersion":"kubo/0.39.0/"}""");
        }
        else if (request.Target.StartsWith(BlockGet, StringComparison.Ordinal) && blocks.TryGetValue(request.Target[BlockGet.Length..], out var block))
        {
            await WebServer.WriteAsync(to, "200 OK", "", block);
        }
        else
        {
            await JsonAsync(to, """{"Message":"block was not found locally","Code":0,"Type":"error"}""", "500 Internal Server Error");
        }
    }
}
