using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Inputs.Cache;
using Bacalhau.Compute.Inputs.Url;
using Bacalhau.Compute.Network;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs;

/// <summary>Downloads over HTTP, from a server that does what a test wants; the cases of the recording golden/engines/storage-url.md, and what servers may do besides.</summary>
public sealed class UrlInputSourceTests : InputSourceConformance
{
    private const string Secret = "Basic dXNlcjpzM2NyZXQ=";
    private readonly ConcurrentDictionary<string, Func<WebRequest, Stream, Task>> pages = [];
    private readonly HttpClient http = GuardedHttp.Create(new AddressFilter(["localhost"]));
    private readonly WebServer server;
    private readonly InputCache cache;

    public UrlInputSourceTests()
    {
        server = new WebServer((request, stream) =>
            pages.TryGetValue(request.Target.Split('?')[0], out var page) ? page(request, stream) : WebServer.WriteAsync(stream, "404 Not Found", "", default));
        cache = InputCache.Open(Path.Combine(Root, "cache"), 1_000_000_000, TimeProvider.System);
    }

    protected override SpecConfig Refused => Input("ftp://example.org/a.txt");

    protected override string FileTarget => "/inputs/file.txt";

    [Theory]
    [InlineData("/a.txt", "a.txt")]
    [InlineData("/a.txt?x=1&y=2#part", "a.txt")]
    [InlineData("/a%20b.txt", "a b.txt")]
    [InlineData("/we%25ird.txt", "we%ird.txt")]
    [InlineData("/sub/", "sub")]
    [InlineData("/", "download")]
    [InlineData("/a%2F..%2F..%2Fb", "b")]
    [InlineData("/a%5C..%5Cb", "b")]
    [InlineData("/%2Fetc%2F..", "download")]
    public async Task File_is_named_as_in_the_URL(string target, string name)
    {
        pages[target.Split('?')[0]] = Content("x");

        Assert.Equal($"/inputs/{name}", (await PrepareAsync(Input(server.Url(target)))).Target);
    }

    [Theory]
    [InlineData("attachment; filename=\"report.csv\"", "report.csv")]
    [InlineData("attachment; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("attachment; filename=\"..\"", "end.txt")]
    [InlineData("attachment; filename*=UTF-8''na%C3%AFve.txt", "naïve.txt")]
    [InlineData("inline", "end.txt")]
    public async Task Server_names_the_file_after_a_redirect(string disposition, string name)
    {
        pages["/begin"] = Redirect("/middle", "302 Found");
        pages["/middle"] = Redirect(server.Url("/end.txt"), "308 Permanent Redirect");
        pages["/end.txt"] = Content("x", $"Content-Disposition: {disposition}");

        Assert.Equal($"/inputs/{name}", (await PrepareAsync(Input(server.Url("/begin")))).Target);
    }

    [Fact]
    public async Task Server_does_not_name_the_file_without_a_redirect()
    {
        pages["/a.txt"] = Content("x", "Content-Disposition: attachment; filename=other.txt");

        Assert.Equal("/inputs/a.txt", (await PrepareAsync(Input(server.Url("/a.txt")))).Target);
    }

    [Fact]
    public async Task Program_may_not_write_to_the_file()
    {
        pages["/a.txt"] = Content("x");

        Assert.False((await PrepareAsync(Input(server.Url("/a.txt")))).Writable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org/a.txt")]
    [InlineData("http://example.org")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http:///a.txt")]
    public async Task What_is_no_URL_of_a_file_is_refused(string url) =>
        Assert.Equal("Url:BadParameters", (await CreateSource().FindRefusalAsync(Input(Input(url)), default))!.Code);

    [Fact]
    public async Task Endless_redirect_is_refused()
    {
        pages["/a"] = Redirect("/a", "302 Found");

        Assert.Equal("Url:TooManyRedirects", (await FailAsync(server.Url("/a"))).Problem.Code);
        Assert.Equal(11, server.Requests.Count);
    }

    [Fact]
    public async Task Redirect_to_another_scheme_is_refused()
    {
        pages["/a"] = Redirect("file:///etc/passwd", "302 Found");

        Assert.Equal("Url:BadRedirect", (await FailAsync(server.Url("/a"))).Problem.Code);
    }

    [Theory]
    [InlineData("404 Not Found", "Url:NotFound", true, 1)]
    [InlineData("403 Forbidden", "Url:Denied", true, 1)]
    [InlineData("401 Unauthorized", "Url:Denied", true, 1)]
    [InlineData("500 Internal Server Error", "Url:Status", false, 4)]
    [InlineData("429 Too Many Requests", "Url:Status", false, 4)]
    public async Task Status_is_told_and_asked_for_again_only_where_that_may_help(string status, string code, bool isRefusal, int requests)
    {
        pages["/a"] = (_, stream) => WebServer.WriteAsync(stream, status, "", default);

        var error = await FailAsync(server.Url("/a"));

        Assert.Equal((code, isRefusal, requests), (error.Problem.Code, error.IsRefusal, server.Requests.Count));
        Assert.Contains(status[..3], error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_go_to_their_own_server_and_into_no_message()
    {
        pages["/a"] = Redirect("/b", "302 Found");
        pages["/b"] = Redirect(server.Url("/c", "127.0.0.1"), "302 Found");
        await FailAsync(server.Url("/a").Replace("http://", "http://user:s3cret@", StringComparison.Ordinal));

        var error = await FailAsync(server.Url("/none").Replace("http://", "http://user:s3cret@", StringComparison.Ordinal));

        Assert.Equal([Secret, Secret, Secret], server.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization")));
        Assert.DoesNotContain("s3cret", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_do_not_go_where_a_redirect_leads()
    {
        await using var other = new WebServer((_, stream) => WebServer.WriteAsync(stream, "200 OK", "", "x"u8.ToArray()));
        pages["/a"] = Redirect(other.Url("/b"), "302 Found");

        await PrepareAsync(Input(server.Url("/a").Replace("http://", "http://user:s3cret@", StringComparison.Ordinal)));

        Assert.DoesNotContain("Authorization", Assert.Single(other.Requests).Headers);
    }

    [Fact]
    public async Task Content_of_unknown_length_is_downloaded()
    {
        pages["/a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", "Transfer-Encoding: chunked", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"u8.ToArray());

        Assert.Equal("hello!", await ReadAsync("/a"));
    }

    [Fact]
    public async Task Download_that_breaks_off_anywhere_is_taken_up_where_it_was()
    {
        var bytes = Bytes(300_000);
        var random = new Random(6);
        foreach (var at in Enumerable.Range(0, 40).Select(_ => random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1))
        {
            var sent = 0;
            var isFirst = true;
            pages["/a"] = async (request, stream) =>
            {
                var from = isFirst ? 0 : request.From;
                var part = bytes.AsMemory(from, isFirst ? at : bytes.Length - from);
                var head = from == 0 ? "ETag: \"v1\"\nContent-Length: 300000" : Invariant($"ETag: \"v1\"\nContent-Range: bytes {from}-299999/300000\nContent-Length: {300_000 - from}");
                isFirst = false;
                sent += part.Length;
                await WebServer.WriteAsync(stream, from == 0 ? "200 OK" : "206 Partial Content", head, part);
            };

            var mount = await PrepareAsync(Input(server.Url("/a")));

            Assert.Equal(bytes, await File.ReadAllBytesAsync(mount.Source));
            Assert.Equal("\"v1\"", at == 0 ? "\"v1\"" : server.Requests[^1].Headers["If-Range"]);
            Assert.Equal(bytes.Length, sent);
        }
    }

    [Fact]
    public async Task Content_that_changes_meanwhile_is_downloaded_anew()
    {
        var isFirst = true;
        pages["/a"] = (_, stream) =>
        {
            var (version, length, body) = isFirst ? ("v1", 100, "old old old") : ("v2", 3, "new");
            isFirst = false;
            return WebServer.WriteAsync(stream, "200 OK", Invariant($"ETag: \"{version}\"\nContent-Length: {length}"), Encoding.ASCII.GetBytes(body));
        };

        Assert.Equal("new", await ReadAsync("/a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ETag: W/\"v1\"\n")]
    public async Task Content_that_nothing_identifies_is_not_put_together_from_two_answers(string tag)
    {
        var answers = 0;
        pages["/a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", $"{tag}Content-Length: 11", Encoding.ASCII.GetBytes(answers++ == 0 ? "first" : "second-word"));

        Assert.Equal("second-word", await ReadAsync("/a"));
        Assert.DoesNotContain("Range", server.Requests[^1].Headers);
    }

    [Fact]
    public async Task Server_that_sends_another_part_than_asked_for_is_asked_anew()
    {
        pages["/a"] = (request, stream) => request.From == 0 && server.Requests.Count == 1
            ? WebServer.WriteAsync(stream, "200 OK", "ETag: \"v1\"\nContent-Length: 10", "01234"u8.ToArray())
            : request.From > 0
                ? WebServer.WriteAsync(stream, "206 Partial Content", "Content-Range: bytes 0-9/10", "0123456789"u8.ToArray())
                : WebServer.WriteAsync(stream, "200 OK", "", "0123456789"u8.ToArray());

        Assert.Equal("0123456789", await ReadAsync("/a"));
    }

    [Fact]
    public async Task Server_that_promises_more_than_it_sends_is_given_up()
    {
        pages["/a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", "Content-Length: 10", "short"u8.ToArray());

        var error = await FailAsync(server.Url("/a"));

        Assert.Equal(("Url:BrokeOff", false, 4), (error.Problem.Code, error.IsRefusal, server.Requests.Count));
    }

    [Fact]
    public async Task Server_that_stalls_is_given_up()
    {
        pages["/a"] = async (_, stream) =>
        {
            await WebServer.WriteAsync(stream, "200 OK", "Content-Length: 10", "short"u8.ToArray());
            await Task.Delay(TimeSpan.FromSeconds(30));
        };

        var error = await FailAsync(server.Url("/a"), new UrlInputOptions { ReadTimeout = TimeSpan.FromMilliseconds(100), MaxRetryCount = 1, FirstPause = TimeSpan.Zero });

        Assert.Contains("nothing came for", error.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_sends_without_end_is_stopped_at_the_disk_that_the_task_asks_for()
    {
        pages["/a"] = async (_, stream) =>
        {
            await WebServer.WriteAsync(stream, "200 OK", "Transfer-Encoding: chunked", default);
            while (true)
            {
                await stream.WriteAsync("8\r\nendless!\r\n"u8.ToArray());
            }
        };

        var error = await FailAsync(server.Url("/a"), most: 100_000);

        Assert.Equal(("Url:TooLarge", true), (error.Problem.Code, error.IsRefusal));
        Assert.True(Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) <= 100_000);
    }

    [Fact]
    public async Task Content_that_is_too_large_is_refused_before_it_is_downloaded()
    {
        pages["/a"] = (_, stream) => WebServer.WriteAsync(stream, "200 OK", "Content-Length: 100001", default);

        Assert.Equal("Url:TooLarge", (await FailAsync(server.Url("/a"), most: 100_000)).Problem.Code);
    }

    [Theory]
    [InlineData("ETag: \"v1\"", "If-None-Match", "\"v1\"")]
    [InlineData("ETag: W/\"v1\"", "If-None-Match", "W/\"v1\"")]
    [InlineData("Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT", "If-Modified-Since", "Wed, 21 Oct 2015 07:28:00 GMT")]
    public async Task Content_that_is_still_the_same_is_not_downloaded_again(string validator, string question, string asked)
    {
        pages["/a.txt"] = (request, stream) => request.Headers.GetValueOrDefault(question) == asked
            ? WebServer.WriteAsync(stream, "304 Not Modified", validator, default)
            : WebServer.WriteAsync(stream, "200 OK", validator, "text"u8.ToArray());
        var first = await PrepareAsync(Input(server.Url("/a.txt")));
        var second = await PrepareAsync(Input(server.Url("/a.txt")));

        Assert.Equal(("text", "/inputs/a.txt"), (await File.ReadAllTextAsync(second.Source), second.Target));
        Assert.NotEqual(first.Source, second.Source);
        Assert.Equal((2, asked), (server.Requests.Count, server.Requests[1].Headers[question]));
        Assert.Equal((1, 1), cache.Asked);
    }

    [Fact]
    public async Task Content_that_is_another_now_replaces_what_was_kept()
    {
        pages["/a.txt"] = Content("old", "ETag: \"v1\"");
        await PrepareAsync(Input(server.Url("/a.txt")));
        pages["/a.txt"] = Content("new", "ETag: \"v2\"");

        Assert.Equal("new", await ReadAsync("/a.txt"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ETag: \"v1\"\nCache-Control: no-store")]
    public async Task Content_that_cannot_or_may_not_be_kept_is_downloaded_each_time(string headers)
    {
        pages["/a.txt"] = Content("text", headers);
        await PrepareAsync(Input(server.Url("/a.txt")));
        await PrepareAsync(Input(server.Url("/a.txt")));

        Assert.DoesNotContain("If-None-Match", server.Requests[1].Headers);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task What_was_downloaded_with_other_credentials_is_not_given()
    {
        pages["/a.txt"] = (request, stream) => request.Headers.ContainsKey("Authorization")
            ? WebServer.WriteAsync(stream, "200 OK", "ETag: \"v1\"", "secret"u8.ToArray())
            : WebServer.WriteAsync(stream, request.Headers.ContainsKey("If-None-Match") ? "304 Not Modified" : "401 Unauthorized", "", default);
        await PrepareAsync(Input(server.Url("/a.txt").Replace("http://", "http://user:s3cret@", StringComparison.Ordinal)));

        Assert.Equal("Url:Denied", (await FailAsync(server.Url("/a.txt"))).Problem.Code);
    }

    [Fact]
    public async Task Many_executions_download_once()
    {
        var bytes = Bytes(3_000_000);
        var downloads = 0;
        pages["/a"] = (request, stream) => request.Headers.ContainsKey("If-None-Match")
            ? WebServer.WriteAsync(stream, "304 Not Modified", "", default)
            : WebServer.WriteAsync(stream, "200 OK", Invariant($"ETag: \"v{Interlocked.Increment(ref downloads)}\""), bytes);

        var mounts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => PrepareAsync(Input(server.Url("/a")))));

        Assert.All(mounts, mount => Assert.Equal(bytes.Length, new FileInfo(mount.Source).Length));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(mounts[99].Source));
        Assert.Equal(1, downloads);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/a")]
    [InlineData("http://2130706433:{0}/a")]
    [InlineData("http://0x7f.1:{0}/a")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/a")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    public async Task What_only_the_node_may_see_is_not_downloaded(string url)
    {
        pages["/a"] = Content("secret");
        var port = new Uri(server.Url("/a")).Port;

        var error = await FailAsync(url.Replace("{0}", Invariant($"{port}"), StringComparison.Ordinal));

        Assert.Equal(("Url:AddressNotAllowed", true), (error.Problem.Code, error.IsRefusal));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Redirect_does_not_lead_to_what_only_the_node_may_see()
    {
        pages["/a"] = Redirect(server.Url("/b", "127.0.0.1"), "302 Found");
        pages["/b"] = Content("secret");

        Assert.Equal("Url:AddressNotAllowed", (await FailAsync(server.Url("/a"))).Problem.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Server_that_is_away_is_asked_again_and_named()
    {
        var error = await FailAsync(Invariant($"http://localhost:{FreePort.Next()}/a"));

        Assert.Equal(("Url:BrokeOff", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("refused", error.Problem.Message, StringComparison.OrdinalIgnoreCase);
    }

    public override async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
        cache.Dispose();
        await base.DisposeAsync();
    }

    protected override IInputSource CreateSource() => CreateSource(new UrlInputOptions { FirstPause = TimeSpan.FromMilliseconds(1) });

    protected override Task<SpecConfig> FileAsync(string content)
    {
        pages["/file.txt"] = Content(content);
        return Task.FromResult(Input(server.Url("/file.txt")));
    }

    protected override Task<SpecConfig?> FolderAsync() => Task.FromResult<SpecConfig?>(null);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static SpecConfig Input(string url) => new()
    {
        Type = "urlDownload",
        Params = Node.NodeRig.Parameters(("URL", url)),
    };

    private static Func<WebRequest, Stream, Task> Content(string text, string headers = "") =>
        (_, stream) => WebServer.WriteAsync(stream, "200 OK", headers, Encoding.UTF8.GetBytes(text));

    private static Func<WebRequest, Stream, Task> Redirect(string to, string status) => (_, stream) => WebServer.WriteAsync(stream, status, $"Location: {to}", default);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private UrlInputSource CreateSource(UrlInputOptions options) => new(http, cache, options, TimeProvider.System);

    private async Task<string> ReadAsync(string target) => await File.ReadAllTextAsync((await PrepareAsync(Input(server.Url(target)))).Source);

    private Task<EngineException> FailAsync(string url, UrlInputOptions? options = null, long most = long.MaxValue) => Assert.ThrowsAsync<EngineException>(() =>
        CreateSource(options ?? new UrlInputOptions { FirstPause = TimeSpan.FromMilliseconds(1) }).PrepareAsync(
            new InputRequest(Input(Input(url)), Directory.CreateDirectory(Path.Combine(Root, "failing")).FullName) { MostBytes = most }, new Progress<ExecutionProgress>(), default));
}
