using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Core.Content;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Asks an IPFS node through the HTTP RPC that Kubo has, and others too. The node is the operator's own, so it may be on this machine; what it says is not believed.</summary>
public sealed class IpfsClient : IDisposable
{
    /// <summary>Nodes exchange no larger blocks than 2 MiB; those that somebody has put into a node may be a little larger.</summary>
    private const int MostBlockBytes = 4 << 20;
    private const int MostAnswerBytes = 1 << 20;
    private static readonly TimeSpan _connectTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _introductionTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _localTime = TimeSpan.FromMilliseconds(400);
    private readonly Uri endpoint;
    private readonly TimeSpan readTimeout;
    private readonly TimeProvider clock;
    private readonly HttpClient http;
    private volatile bool knowsLocality;

    /// <summary>Makes a client; nothing is asked yet.</summary>
    /// <param name="endpoint">Address of the RPC (<see cref="IpfsEndpoint"/>).</param>
    /// <param name="options">How the node is asked.</param>
    /// <param name="clock">Clock of limits.</param>
    public IpfsClient(Uri endpoint, IpfsOptions options, TimeProvider clock)
    {
        (this.endpoint, readTimeout, this.clock) = (endpoint, options.ReadTimeout, clock);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = _connectTime,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The node, for messages.</summary>
    public string Name => $"the IPFS node at {endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}";

    /// <summary>Whether the node answers: null is yes, else why not.</summary>
    public async Task<string?> FindWhyUnavailableAsync(CancellationToken cancellation)
    {
        try
        {
            var identity = await AskAsync("id", IpfsJson.Default.IpfsIdentity, _introductionTime, cancellation);
            knowsLocality = identity.AgentVersion?.StartsWith("js-ipfs", StringComparison.OrdinalIgnoreCase) == false;
            return identity.ID is { Length: > 0 } ? null : $"{Name} does not say who it is";
        }
        catch (IpfsException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Fetches one block and compares it with its CID. The node may get it from others first.</summary>
    /// <exception cref="IpfsException">It cannot be had.</exception>
    internal async Task<byte[]> GetBlockAsync(Cid cid, CancellationToken cancellation)
    {
        var block = await SendAsync($"block/get?arg={cid}", $"the block {cid}", null, readTimeout, (answer, heard, cancel) => ReadAsync(answer, MostBlockBytes, heard, cancel), cancellation);
        return cid.Names(block) ? block : throw new IpfsException(IpfsTrouble.BadAnswer, $"{Name} sent something else than the block {cid}");
    }

    /// <summary>Sends a form of files and folders to be added and not pinned, and gives what was added, each with its CID.</summary>
    /// <exception cref="IpfsException">They were not added.</exception>
    /// <param name="form">Makes the form; it calls what it is given whenever some of it was sent.</param>
    /// <param name="cancellation">Gives up.</param>
    internal Task<IReadOnlyDictionary<string, Cid>> AddAsync(Func<Action, HttpContent> form, CancellationToken cancellation) =>
        SendAsync("add?pin=false&cid-version=1&raw-leaves=true&progress=false&cid-base=base32", "the results", form, readTimeout, ReadAddedAsync, cancellation);

    /// <summary>Whether content with all beneath it is pinned by its own CID.</summary>
    /// <exception cref="IpfsException">The node does not say.</exception>
    internal async Task<bool> IsPinnedAsync(Cid cid, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync($"pin/ls?type=recursive&arg={cid}", IpfsJson.Default.IpfsPins, readTimeout, cancellation) is { Keys.Count: > 0 };
        }
        catch (IpfsException exception) when (exception.Trouble == IpfsTrouble.Refused && exception.Message.Contains("not pinned", StringComparison.Ordinal))
        {
            return false;
        }
    }

    /// <summary>Has the node keep content with all beneath it.</summary>
    /// <exception cref="IpfsException">It does not.</exception>
    internal Task PinAsync(Cid cid, CancellationToken cancellation) => AskAsync($"pin/add?recursive=true&arg={cid}", IpfsJson.Default.IpfsPins, readTimeout, cancellation);

    /// <summary>Has the node keep it no longer; no error if it does not keep it.</summary>
    /// <exception cref="IpfsException">The node does not do it.</exception>
    internal async Task UnpinAsync(Cid cid, CancellationToken cancellation)
    {
        try
        {
            await AskAsync($"pin/rm?recursive=true&arg={cid}", IpfsJson.Default.IpfsPins, readTimeout, cancellation);
        }
        catch (IpfsException exception) when (exception.Trouble == IpfsTrouble.Refused && exception.Message.Contains("not pinned", StringComparison.Ordinal))
        {
            // It is as it should be.
        }
    }

    /// <summary>
    /// Whether the node itself holds all of some content. It is never looked for elsewhere, and the answer comes within 400 ms or not at all. What is pinned is all
    /// there; Kubo is asked for the rest, too, which js-ipfs would go and look for.
    /// </summary>
    /// <param name="cid">The content.</param>
    /// <param name="path">Path within it; empty for all of it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether it is all there and how many bytes it is with what UnixFS adds; null if the node does not say in time.</returns>
    public async Task<(bool IsWhole, long Bytes)?> FindLocalAsync(Cid cid, string path, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(_localTime, clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            // What is pinned is all there, and Kubo need not look at each of its blocks.
            var isPinned = await IsPinnedAsync(cid, cancel.Token);
            if (!isPinned && !knowsLocality)
            {
                return null;
            }

            var place = Uri.EscapeDataString($"/ipfs/{cid}{(path.Length > 0 ? "/" + path : "")}");
            var stat = await AskAsync($"files/stat?with-local={(isPinned ? "false" : "true")}&offline=true&arg={place}", IpfsJson.Default.IpfsStat, readTimeout, cancel.Token);
            return stat.CumulativeSize is not { } bytes ? null
                : isPinned ? (true, bytes)
                : stat is { WithLocality: true, Local: { } isLocal } ? (isLocal, bytes)
                : null;
        }
        catch (IpfsException exception)
        {
            // Kubo refuses where not even the first block is there.
            return knowsLocality && exception.Trouble == IpfsTrouble.Refused ? (false, 0) : null;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private Task<T> AskAsync<T>(string question, JsonTypeInfo<T> type, TimeSpan silence, CancellationToken cancellation)
        where T : class =>
        SendAsync(question, $"'{question.Split('?')[0]}'", null, silence, async (answer, heard, cancel) => ReadJson(await ReadAsync(answer, MostAnswerBytes, heard, cancel), type), cancellation);

    private async Task<T> SendAsync<T>(
        string question, string what, Func<Action, HttpContent>? content, TimeSpan silence, Func<HttpResponseMessage, Action, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using var quiet = new CancellationTokenSource(silence, clock);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellation, quiet.Token);
        void Heard() => quiet.CancelAfter(silence);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, "api/v0/" + question)) { Content = content?.Invoke(Heard) };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel.Token);
            Heard();
            return answer.IsSuccessStatusCode ? await read(answer, Heard, cancel.Token) : throw await RefusalAsync(answer, what, Heard, cancel.Token);
        }
        catch (OperationCanceledException exception) when (quiet.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new IpfsException(IpfsTrouble.Silent, $"{Name} said nothing of {what} for {silence:c}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
        {
            throw new IpfsException(IpfsTrouble.Unreached, $"{Name} cannot be asked for {what}: {Innermost(exception).Message}", exception);
        }
    }

    private async Task<IpfsException> RefusalAsync(HttpResponseMessage answer, string what, Action heard, CancellationToken cancellation)
    {
        var body = await ReadAsync(answer, MostAnswerBytes, heard, cancellation);
        var isJson = answer.Content.Headers.ContentType?.MediaType == "application/json";
        var said = isJson ? ReadJson(body, IpfsJson.Default.IpfsRefusal).Message : null;
        return said is { Length: > 0 }
            ? new IpfsException(IpfsTrouble.Refused, $"{Name} answers for {what}: {Shorten(said)}")
            : new IpfsException(
                (int)answer.StatusCode >= 500 ? IpfsTrouble.Unreached : IpfsTrouble.BadAnswer,
                string.Create(CultureInfo.InvariantCulture, $"{Name} answers for {what} with {(int)answer.StatusCode} {answer.ReasonPhrase}, and not as the RPC of an IPFS node does"));
    }

    private async Task<IReadOnlyDictionary<string, Cid>> ReadAddedAsync(HttpResponseMessage answer, Action heard, CancellationToken cancellation)
    {
        var added = new Dictionary<string, Cid>(StringComparer.Ordinal);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            heard();
            if (line.Length == 0)
            {
                continue;
            }

            var one = ReadJson(System.Text.Encoding.UTF8.GetBytes(line), IpfsJson.Default.IpfsAdded);
            if (one.Hash is { Length: > 0 } hash)
            {
                added[one.Name ?? ""] = Cid.TryParse(hash, out var cid, out _) ? cid : throw BadAnswer();
            }
        }

        // What goes wrong after the first answer is told behind the last one.
        var problem = answer.TrailingHeaders.TryGetValues("X-Stream-Error", out var values) ? string.Join("; ", values) : "";
        return problem.Length == 0 ? added : throw new IpfsException(IpfsTrouble.Refused, $"{Name} has not added the results: {Shorten(problem)}");
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage answer, int mostBytes, Action heard, CancellationToken cancellation)
    {
        var promised = answer.Content.Headers.ContentLength;
        using var all = new MemoryStream((int)Math.Clamp(promised ?? 0, 0, mostBytes));
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        var piece = new byte[(int)Math.Clamp(promised ?? 16384, 1024, 65536)];
        while (await content.ReadAsync(piece, cancellation) is > 0 and var count)
        {
            heard();
            if (all.Length + count > mostBytes)
            {
                throw BadAnswer();
            }

            all.Write(piece, 0, count);
        }

        return all.ToArray();
    }

    private T ReadJson<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw BadAnswer();
        }
        catch (JsonException exception)
        {
            throw BadAnswer(exception);
        }
    }

    private IpfsException BadAnswer(Exception? inner = null) => new(IpfsTrouble.BadAnswer, $"{Name} answers, but not as the RPC of an IPFS node does", inner);

    private static string Shorten(string text)
    {
        const int MostCharacters = 300;
        var line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
        return line.Length <= MostCharacters ? line : line[..MostCharacters] + "…";
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
