using System.Security.Cryptography;
using System.Text;
using Bacalhau.Compute.Engines;
using Bacalhau.TestKit.Inputs;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Storage;

namespace Bacalhau.Compute.Tests.Inputs.S3;

/// <summary>Whatever goes wrong with a download is told by the object's name, and the next download neither sees nor keeps anything of it.</summary>
public sealed class S3PoisonTests : S3Rig
{
    private const int Bytes = 100_000;
    private const int Half = 40_000;
    private readonly byte[] content = new byte[Bytes];

    private string CacheFolder => Path.Combine(Folder, "cache");

    public S3PoisonTests()
    {
        new Random(10).NextBytes(content);
        Server.Objects["p/a"] = content;
        Server.Objects["p/b"] = "other"u8.ToArray();
        Options = Options with { MaxRetryCount = 1, MostAtOnce = 1 };
    }

    [Theory]
    [InlineData("truncated", "S3:BrokeOff", "promised 100000 bytes and sent 40000")]
    [InlineData("cut at once", "S3:BrokeOff", "")]
    [InlineData("stalled", "S3:BrokeOff", "nothing came for")]
    [InlineData("longer", "S3:BrokeOff", "more than the 100000 bytes")]
    [InlineData("another object", "S3:Changed", "while it was fetched")]
    [InlineData("another tag half way", "S3:Changed", "while it was fetched")]
    [InlineData("credentials expire half way", "S3:Denied", "403 ExpiredToken")]
    [InlineData("no longer allowed half way", "S3:Denied", "403 AccessDenied")]
    [InlineData("server fails half way", "S3:Status", "500")]
    public async Task Download_that_fails_is_told_by_name_and_leaves_nothing_wrong(string trouble, string code, string said)
    {
        Server.Gets["p/a"] = Trouble(trouble);
        var options = Options;
        Options = trouble == "stalled" ? options with { ReadTimeout = TimeSpan.FromSeconds(1) } : options;

        var error = await FailAsync("p/");

        Assert.Equal(code, error.Problem.Code);
        Assert.Contains("s3://b/p/a", error.Problem.Message, StringComparison.Ordinal);
        Assert.Contains(said, error.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, Cache.Bytes);
        Options = options;
        Server.Gets.Clear();
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Server_that_is_down_half_way_fails_the_attempt_and_the_next_one_goes_on()
    {
        var from = -1;
        Server.Gets["p/a"] = (request, to) => request.From == 0 ? FakeS3.SendAsync(to, content, 0, Half) : Task.CompletedTask;
        var error = await FailAsync("p/");
        Assert.Equal(("S3:BrokeOff", false), (error.Problem.Code, error.IsRefusal));

        Server.Gets["p/a"] = (request, to) =>
        {
            from = request.From;
            return FakeS3.SendAsync(to, content, request.From, Bytes);
        };
        await AssertSoundAsync();

        Assert.Equal(Half, from);
    }

    [Fact]
    public async Task Credentials_that_are_renewed_in_time_go_on_where_the_old_ones_ended()
    {
        Keys = Role;
        Options = Options with { Endpoint = new Uri(Server.Endpoint()), MaxRetryCount = 3 };
        var asked = 0;
        Server.Gets["p/a"] = (request, to) => ++asked switch
        {
            1 => FakeS3.SendAsync(to, content, 0, Half),
            2 => RefuseAsync(to, "403 Forbidden", "ExpiredToken"),
            _ => FakeS3.SendAsync(to, content, request.From, Bytes),
        };

        var mount = await PrepareAsync("p/");

        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
        Assert.Equal(Half, Server.Downloads.Last(request => request.Target.Contains("p/a", StringComparison.Ordinal)).From);
    }

    [Fact]
    public async Task Full_disk_fails_the_attempt_with_the_cause_and_keeps_no_room()
    {
        using var disk = SmallDisk.Over(CacheFolder, megabytes: 4);
        Reopen(CacheFolder);
        Server.Objects["large"] = new byte[8_000_000];

        var error = await Assert.ThrowsAnyAsync<IOException>(() => PrepareAsync("large"));

        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(CacheFolder, "partial")));
        await AssertSoundAsync();
        Reopen(Path.Combine(Folder, "elsewhere"));
    }

    [Fact]
    public async Task Bytes_that_are_not_those_of_the_checksum_are_fetched_anew_by_the_next_execution()
    {
        Server.Gets["p/a"] = (_, to) => WebServer.WriteAsync(to, "200 OK", $"ETag: {FakeS3.TagOf(content)}", new byte[Bytes]);
        var sum = Convert.ToBase64String(SHA256.HashData(content));
        var input = Input("p/a") with { Source = Spec.Of("s3", ("Bucket", "b"), ("Key", "p/a"), ("Endpoint", Server.Endpoint()), ("Region", "us-east-1"), ("ChecksumSHA256", sum)) };
        Assert.Equal("S3:ChecksumMismatch", (await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(input, request => request))).Problem.Code);
        Server.Gets.Clear();

        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine((await PrepareAsync(input, request => request)).Source, "a")));
    }

    /// <summary>What a server does that always fails so.</summary>
    private Func<WebRequest, Stream, Task> Trouble(string name) => (request, to) => name switch
    {
        "truncated" => WebServer.WriteAsync(to, "200 OK", $"ETag: {FakeS3.TagOf(content)}", content.AsMemory(0, Half)),
        "cut at once" => Task.CompletedTask,
        "stalled" => new TaskCompletionSource().Task,
        "longer" => SendEndlessAsync(to),
        "another object" => FakeS3.SendAsync(to, "another"u8.ToArray(), 0, 7),
        _ when request.From == 0 => FakeS3.SendAsync(to, content, 0, Half),
        "another tag half way" => FakeS3.SendAsync(to, new byte[Bytes], request.From, Bytes),
        "credentials expire half way" => RefuseAsync(to, "403 Forbidden", "ExpiredToken"),
        "no longer allowed half way" => RefuseAsync(to, "403 Forbidden", "AccessDenied"),
        "server fails half way" => RefuseAsync(to, "500 Internal Server Error", "InternalError"),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private async Task SendEndlessAsync(Stream to)
    {
        await WebServer.WriteAsync(to, "200 OK", $"ETag: {FakeS3.TagOf(content)}\nTransfer-Encoding: chunked", default);
        while (true)
        {
            await to.WriteAsync("8\r\nendless!\r\n"u8.ToArray());
        }
    }

    private static Task RefuseAsync(Stream to, string status, string code) =>
        WebServer.WriteAsync(to, status, "", Encoding.UTF8.GetBytes($"<Error><Code>{code}</Code><Message>no</Message></Error>"));

    /// <summary>All is right now, and in the next life of the node without another download.</summary>
    private async Task AssertSoundAsync()
    {
        await AssertRightAsync();
        var downloads = Server.Downloads.Count;
        Reopen(CacheFolder);
        await AssertRightAsync();
        Assert.Equal(downloads, Server.Downloads.Count);
    }

    private async Task AssertRightAsync()
    {
        var mount = await PrepareAsync("p/");

        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(mount.Source, "a")));
        Assert.Equal("other", await File.ReadAllTextAsync(Path.Combine(mount.Source, "b")));
    }
}
