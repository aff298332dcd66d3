using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Storage;
using IPAddress = System.Net.IPAddress;

namespace Bacalhau.Compute.Tests.Inputs;

/// <summary>Downloads over HTTP of which something goes wrong half way: it is told with its cause, and nothing of it is left for the next one.</summary>
public sealed class UrlTroubleTests : IAsyncDisposable
{
    private const int Bytes = 8_000_000;
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-url-");
    private readonly byte[] content = new byte[Bytes];
    private readonly HttpClient http;
    private readonly WebServer server;
    private IPAddress address = IPAddress.Loopback;
    private InputCache? cache;
    private Func<WebRequest, Stream, Task>? instead;
    private int prepared;

    public UrlTroubleTests()
    {
        new Random(12).NextBytes(content);
        http = GuardedHttp.Create(new AddressFilter(["127.0.0.1"], (_, _) => Task.FromResult<IPAddress[]>([address])));
        server = new WebServer((request, to) => instead is not null ? instead(request, to) : WebServer.WriteAsync(to, "200 OK", "ETag: \"v1\"", content));
    }

    private string CacheFolder => Path.Combine(root.FullName, "cache");

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
        cache?.Dispose();
        root.Delete(recursive: true);
    }

    [Fact]
    public async Task Name_that_leads_elsewhere_when_a_download_goes_on_is_refused_there()
    {
        instead = async (_, to) =>
        {
            await WebServer.WriteAsync(to, "200 OK", $"ETag: \"v1\"\nContent-Length: {Bytes}", content.AsMemory(0, 1000));
            address = IPAddress.Parse("169.254.169.254");
        };

        var error = await Assert.ThrowsAsync<EngineException>(PrepareAsync);

        Assert.Equal(("Url:AddressNotAllowed", true), (error.Problem.Code, error.IsRefusal));
        Assert.Single(server.Requests);
        (instead, address) = (null, IPAddress.Loopback);
        Assert.Equal(content, await File.ReadAllBytesAsync((await PrepareAsync()).Source));
    }

    [Fact]
    public async Task Full_disk_fails_the_attempt_with_the_cause_and_keeps_no_room()
    {
        using var disk = SmallDisk.Over(CacheFolder, megabytes: 4);

        var error = await Assert.ThrowsAnyAsync<IOException>(PrepareAsync);

        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(CacheFolder, "partial")));
        instead = (_, to) => WebServer.WriteAsync(to, "200 OK", "ETag: \"v2\"", "small"u8.ToArray());
        Assert.Equal("small", await File.ReadAllTextAsync((await PrepareAsync()).Source));
        cache!.Dispose();
        cache = null;
    }

    private Task<Mount> PrepareAsync()
    {
        cache ??= InputCache.Open(CacheFolder, 1_000_000_000, TimeProvider.System);
        var input = new InputSource { Source = Spec.Of("urlDownload", ("URL", server.Url("/data.bin", "data.example"))), Target = "/inputs" };
        var request = new InputRequest(input, root.CreateSubdirectory($"prepared-{++prepared}").FullName);
        return new UrlInputSource(http, cache, new UrlInputOptions { FirstPause = TimeSpan.FromMilliseconds(1) }, TimeProvider.System).PrepareAsync(request, new Progress<ExecutionProgress>(), default);
    }
}
