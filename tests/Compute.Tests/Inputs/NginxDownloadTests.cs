using System.Globalization;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tests.Inputs;

/// <summary>Downloads from a real web server, through the cache (recorded: golden/engines/storage-url.md and shared-input.md).</summary>
public sealed class NginxDownloadTests : IDisposable
{
    private static readonly string? _web = Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB");
    private readonly string name = $"{Guid.NewGuid():N}.bin";
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("bacalhau-nginx-");
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["localhost"]));
    private readonly byte[] bytes = new byte[300_000];
    private InputCache? cache;
    private int made;

    public NginxDownloadTests()
    {
        Assert.SkipWhen(_web is null, "BACALHAU_TEST_WEB names no web server: scripts/test.sh starts nginx");
        new Random(3).NextBytes(bytes);
        Publish(bytes);
    }

    [Fact]
    public async Task File_comes_whole_and_is_asked_for_but_once()
    {
        Assert.Equal(bytes, await ReadAsync($"{_web}/{name}"));

        Assert.Equal([$"/{name} 200 300000"], Requests());
    }

    [Fact]
    public async Task File_that_is_unchanged_is_not_sent_again_and_one_that_changed_is()
    {
        await ReadAsync($"{_web}/{name}");
        await ReadAsync($"{_web}/{name}");
        Publish(bytes.AsSpan(0, 10).ToArray());

        Assert.Equal(bytes[..10], await ReadAsync($"{_web}/{name}"));
        Assert.Equal([$"/{name} 200 300000", $"/{name} 304 0", $"/{name} 200 10"], Requests());
    }

    [Fact]
    public async Task Download_of_a_node_that_was_killed_at_any_byte_goes_on_there()
    {
        var tag = await TagAsync();
        var random = new Random(5);
        foreach (var at in Enumerable.Range(0, 200).Select(_ => random.Next(1, bytes.Length)).Append(1).Append(bytes.Length - 1))
        {
            cache?.Dispose();
            var folder = root.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"killed-{++made}"));
            var partial = await new CacheFolder(folder.FullName, TimeProvider.System).OpenPartialAsync(CacheFolder.NameOf(ContentOf($"{_web}/{name}").Key), default);
            partial.Restart(tag);
            await partial.AppendAsync(bytes.AsMemory(0, at), default);
            partial.Abandon();
            cache = InputCache.Open(folder.FullName, 0, TimeProvider.System);

            Assert.Equal(bytes, await ReadAsync($"{_web}/{name}"));
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"/{name} 206 {bytes.Length - at}"), Requests()[^1]);
        }
    }

    [Fact]
    public async Task Part_of_another_version_is_not_gone_on_with()
    {
        cache = InputCache.Open(Path.Combine(root.FullName, "cache"), 0, TimeProvider.System);
        cache.Dispose();
        var partial = await new CacheFolder(Path.Combine(root.FullName, "cache"), TimeProvider.System).OpenPartialAsync(CacheFolder.NameOf(ContentOf($"{_web}/{name}").Key), default);
        partial.Restart("\"old-tag\"");
        await partial.AppendAsync(new byte[500], default);
        partial.Abandon();
        cache = null;

        Assert.Equal(bytes, await ReadAsync($"{_web}/{name}"));
    }

    [Fact]
    public async Task Many_executions_at_once_download_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ReadAsync($"{_web}/{name}")));

        Assert.Single(Requests(), line => line.Contains(" 200 ", StringComparison.Ordinal));
        Assert.Equal(99, cache!.Asked.Hits);
    }

    [Fact]
    public async Task Redirect_is_followed_and_the_file_keeps_its_name()
    {
        var mount = await PrepareAsync($"{_web}/moved/{name}");

        Assert.Equal($"/inputs/{name}", mount.Target);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(mount.Source));
    }

    [Fact]
    public async Task Credentials_open_what_is_private()
    {
        Assert.Equal(bytes, await ReadAsync($"{_web}/private/{name}".Replace("://", "://user:s3cret@", StringComparison.Ordinal)));
        Assert.Equal("Url:Denied", (await Assert.ThrowsAsync<EngineException>(() => PrepareAsync($"{_web}/private/{name}"))).Problem.Code);
    }

    [Fact]
    public async Task Server_that_packs_what_it_sends_is_asked_not_to()
    {
        Publish(new byte[100_000]);

        Assert.Equal(100_000, (await ReadAsync($"{_web}/packed/{name}")).Length);
    }

    [Theory]
    [InlineData("/none.bin", "Url:NotFound")]
    [InlineData("/", "Url:Denied")]
    public async Task What_is_not_there_is_refused(string path, string code) =>
        Assert.Equal((code, true), await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(_web + path)) is var error ? (error.Problem.Code, error.IsRefusal) : default);

    public void Dispose()
    {
        cache?.Dispose();
        http.Dispose();
        root.Delete(recursive: true);
    }

    private void Publish(byte[] content) => File.WriteAllBytes(Path.Combine(Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB_ROOT")!, name), content);

    private async Task<string> TagAsync()
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, $"{_web}/{name}");
        using var answer = await http.SendAsync(head);
        return $"{answer.Headers.ETag}";
    }

    /// <summary>What was asked of this test's file: path, status and bytes of the body.</summary>
    private string[] Requests() =>
    [
        .. File.ReadAllLines(Environment.GetEnvironmentVariable("BACALHAU_TEST_WEB_LOG")!).Where(line => line.StartsWith("/" + name, StringComparison.Ordinal)),
    ];

    private UrlContent ContentOf(string url) => new(http, new UrlInputOptions(), new Uri(url), TimeProvider.System);

    private async Task<byte[]> ReadAsync(string url) => await File.ReadAllBytesAsync((await PrepareAsync(url)).Source);

    private Task<Mount> PrepareAsync(string url)
    {
        var source = new SpecConfig { Type = "urlDownload", Params = Node.NodeRig.Parameters(("URL", url)) };
        cache ??= InputCache.Open(Path.Combine(root.FullName, "cache"), 1_000_000_000, TimeProvider.System);
        var folder = root.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"input-{Interlocked.Increment(ref made)}")).FullName;
        return new UrlInputSource(http, cache, new UrlInputOptions(), TimeProvider.System).PrepareAsync(
            new InputRequest(new InputSource { Source = source, Target = "/inputs" }, folder), new Progress<ExecutionProgress>(), default);
    }
}
