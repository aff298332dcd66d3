using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Core.Content;
using Xunit;

namespace Bacalhau.TestKit.Ipfs;

/// <summary>A js-ipfs node, asked with code of its own: the one that scripts/test.sh starts, if none is named.</summary>
/// <param name="address">Multiaddr of another one.</param>
public sealed class JsIpfs(string? address = null) : IDisposable
{
    private const string Variable = "BACALHAU_TEST_IPFS";
    private readonly string? multiaddr = address ?? Environment.GetEnvironmentVariable(Variable);
    private readonly HttpClient http = new();

    /// <summary>Its multiaddr; a test is skipped without it.</summary>
    public string Multiaddr
    {
        get
        {
            Assert.SkipWhen(string.IsNullOrEmpty(multiaddr), $"no IPFS node: scripts/test.sh starts js-ipfs and names it in {Variable}");
            return multiaddr!;
        }
    }

    /// <summary>Address of its RPC.</summary>
    public Uri Endpoint => IpfsEndpoint.TryParse(Multiaddr, out var url) ? url : throw new InvalidOperationException($"{Variable} is no multiaddr.");

    /// <summary>Adds and pins one file.</summary>
    public Task<string> AddAsync(ReadOnlySpan<byte> content, string options = "cid-version=1&raw-leaves=true") => AddFormAsync(options, ("f", content.ToArray()));

    /// <summary>Adds and pins a folder of files, by their paths; a path that ends in a slash is an empty folder.</summary>
    public Task<string> AddFolderAsync(IEnumerable<(string Path, string Content)> files, string options = "cid-version=1&raw-leaves=true") =>
        AddFormAsync(options, [.. files.Select(file => ("d/" + file.Path, file.Path.EndsWith('/') ? null : Encoding.UTF8.GetBytes(file.Content)))]);

    /// <summary>Puts a block of UnixFS, whatever is in it.</summary>
    public async Task<Cid> PutAsync(byte[] block, string codec = "dag-pb")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(block), "data", "data" } };
        var answer = await AskAsync($"block/put?format={codec}&mhtype=sha2-256&version=1&cid-base=base32", form);
        return Cid.TryParse(answer.RootElement.GetProperty("Key").GetString()!, out var cid, out var problem) ? cid : throw new InvalidOperationException(problem);
    }

    /// <summary>CIDs that are pinned with all beneath them.</summary>
    public async Task<IReadOnlyList<Cid>> PinsAsync()
    {
        var answer = await AskAsync("pin/ls?type=recursive", null);
        return [.. answer.RootElement.GetProperty("Keys").EnumerateObject().Select(pin => Cid.TryParse(pin.Name, out var cid, out _) ? cid : throw new InvalidOperationException(pin.Name))];
    }

    /// <summary>Pins content.</summary>
    public Task PinAsync(string cid) => AskAsync($"pin/add?arg={cid}", null);

    /// <summary>Unpins content.</summary>
    public Task UnpinAsync(string cid) => AskAsync($"pin/rm?arg={cid}", null);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<string> AddFormAsync(string options, params (string Path, byte[]? Content)[] files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (path, content) in files)
        {
            var part = new ByteArrayContent(content ?? []);
            part.Headers.ContentType = new MediaTypeHeaderValue(content is null ? "application/x-directory" : "application/octet-stream");
            part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "file", FileName = $"\"{Uri.EscapeDataString(path.TrimEnd('/'))}\"" };
            form.Add(part);
        }

        var alphabet = options.Contains("cid-version=0", StringComparison.Ordinal) ? "" : "&cid-base=base32";
        using var answer = await http.PostAsync(new Uri(Endpoint, $"api/v0/add?pin=true&{options}{alphabet}"), form);
        var lines = (await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return JsonDocument.Parse(lines[^1]).RootElement.GetProperty("Hash").GetString()!;
    }

    private async Task<JsonDocument> AskAsync(string question, HttpContent? form)
    {
        using var answer = await http.PostAsync(new Uri(Endpoint, "api/v0/" + question), form);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException(text);
    }
}
