using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Inputs.Ipfs;
using Bacalhau.Core.Content;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Ipfs;
using Bacalhau.TestKit.Network;

namespace Bacalhau.Compute.Tests.Inputs.Ipfs;

/// <summary>An IPFS node that is away, lies, breaks off and hangs.</summary>
public sealed class IpfsTroubleTests : IpfsInputRig
{
    private readonly byte[] bytes = Bytes(100_000);

    [Theory]
    [InlineData("wrong")]
    [InlineData("short")]
    [InlineData("empty")]
    [InlineData("html")]
    [InlineData("endless")]
    [InlineData("broken")]
    [InlineData("not http")]
    public async Task Lies_are_asked_again_and_never_taken(string lie)
    {
        var (file, lies) = (Server.PutFile(bytes, 10_000), 0);
        Server.Instead = async (request, to) =>
        {
            if (Interlocked.Increment(ref lies) % 3 != 0)
            {
                return false;
            }

            await TellAsync(lie, to);
            return true;
        };

        Assert.Equal(bytes, await File.ReadAllBytesAsync((await PrepareAsync(file)).Source));
        Assert.True(lies > 11);
    }

    [Theory]
    [InlineData("wrong", "IPFS:BadAnswer")]
    [InlineData("html", "IPFS:BadAnswer")]
    [InlineData("endless", "IPFS:BadAnswer")]
    [InlineData("broken", "IPFS:Unreached")]
    [InlineData("not http", "IPFS:Unreached")]
    public async Task Who_lies_always_fails_the_attempt_and_leaves_nothing(string lie, string code)
    {
        var file = Server.PutFile(bytes, 10_000);
        Server.Instead = async (_, to) =>
        {
            await TellAsync(lie, to);
            return true;
        };

        Assert.Equal((code, false), await FailAsync(file));
        Assert.Equal(0, Cache.Bytes);
        Assert.Equal(1 + Options.MaxRetryCount, Server.Asked.Count(asked => asked.StartsWith("block/get", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Folder_of_which_a_file_is_missing_is_not_taken_for_whole()
    {
        var folder = Server.Put(UnixFsBlock.FolderOf(("a", Server.PutFile(bytes, 10_000)), ("b", UnixFsBlock.CidOf([1], Cid.Raw))));

        Assert.Equal(("IPFS:Refused", false), await FailAsync(folder));
        Assert.Equal(("IPFS:Refused", false), await FailAsync(folder));
    }

    [Fact]
    public async Task Silence_ends_the_attempt()
    {
        Options = Options with { ReadTimeout = TimeSpan.FromMilliseconds(200) };
        Server.Instead = async (_, _) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
            return true;
        };

        Assert.Equal(("IPFS:NotFound", false), await FailAsync(UnixFsBlock.CidOf([1])));
        Assert.True(Server.Asked.Count(asked => asked.StartsWith("block/get", StringComparison.Ordinal)) <= 1);
        Assert.Contains("said nothing", await Source().FindWhyUnavailableAsync(default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_node_is_not_a_silent_one()
    {
        Options = Options with { ReadTimeout = TimeSpan.FromMilliseconds(1000) };
        var block = Bytes(12);
        var cid = Server.Put(block, Cid.Raw);
        Server.Instead = async (_, to) =>
        {
            await WebServer.WriteAsync(to, "200 OK", "Content-Length: 12", default);
            foreach (var part in block)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
                await to.WriteAsync(new[] { part });
            }

            return true;
        };

        Assert.Equal(block, await File.ReadAllBytesAsync((await PrepareAsync(cid)).Source));
    }

    [Fact]
    public async Task Node_that_is_away_comes_back()
    {
        var isAway = true;
        Server.Instead = (_, to) => isAway ? Hang(to) : Task.FromResult(false);
        var source = Source();
        Assert.Contains("cannot be asked", await source.FindWhyUnavailableAsync(default), StringComparison.Ordinal);

        isAway = false;
        Assert.Null(await source.FindWhyUnavailableAsync(default));

        static Task<bool> Hang(Stream to)
        {
            to.Dispose();
            return Task.FromResult(true);
        }
    }

    [Theory]
    [InlineData("html")]
    [InlineData("empty")]
    [InlineData("broken")]
    public async Task What_is_no_IPFS_node_is_not_available(string lie)
    {
        Server.Instead = async (_, to) =>
        {
            await TellAsync(lie, to);
            return true;
        };

        Assert.NotNull(await Source().FindWhyUnavailableAsync(default));
    }

    [Fact]
    public async Task Node_gone_before_the_attempt_fails_it_with_its_address()
    {
        await Server.DisposeAsync();

        var error = await Assert.ThrowsAsync<EngineException>(() => PrepareAsync(UnixFsBlock.CidOf([1])));

        Assert.Equal(("IPFS:Unreached", false), (error.Problem.Code, error.IsRefusal));
        Assert.Contains("http://127.0.0.1:", error.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"WithLocality":true,"Local":true,"SizeLocal":100,"CumulativeSize":100}""", true, 100L)]
    [InlineData("""{"WithLocality":true,"Local":false,"SizeLocal":7,"CumulativeSize":100}""", false, 100L)]
    [InlineData("""{"Message":"block was not found locally (offline)","Code":0,"Type":"error"}""", false, 0L)]
    [InlineData("""{"CumulativeSize":100}""", null, 0L)]
    [InlineData("""{"WithLocality":true,"Local":true,"CumulativeSize":"x"}""", null, 0L)]
    [InlineData("", null, 0L)]
    public async Task Kubo_is_asked_offline_what_it_holds(string answer, bool? isWhole, long size)
    {
        var source = Source();
        Assert.Null(await source.FindWhyUnavailableAsync(default));
        Server.Instead = async (request, to) =>
        {
            await (request.Target.Contains("/pin/ls", StringComparison.Ordinal)
                ? BlockServer.JsonAsync(to, """{"Message":"path 'x' is not pinned","Code":0,"Type":"error"}""", "500 Internal Server Error")
                : answer.Length == 0
                ? Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System)
                : BlockServer.JsonAsync(to, answer, answer.Contains("error", StringComparison.Ordinal) ? "500 Internal Server Error" : "200 OK"));
            return true;
        };

        var clock = TimeProvider.System.GetTimestamp();
        var found = await AskAsync(source);
        for (var tries = 1; isWhole is true && found is null && tries < 20; tries++)
        {
            // A machine that is busy does not answer in time.
            (clock, found) = (TimeProvider.System.GetTimestamp(), await AskAsync(source));
        }

        Assert.Equal(isWhole is true ? size : null, found?.Bytes);
        Assert.True(TimeProvider.System.GetElapsedTime(clock) < TimeSpan.FromSeconds(2));
        Assert.All(
            Server.Asked.Where(question => question.StartsWith("files/stat", StringComparison.Ordinal)),
            question => Assert.Matches("^files/stat[?]with-local=true&offline=true&arg=%2Fipfs%2F.*%2Fa%20b$", question));
        Assert.DoesNotContain(Server.Asked, question => question.StartsWith("block/get", StringComparison.Ordinal));
    }

    private static Task<DataAnswer?> AskAsync(IpfsInputSource source) => source.FindHeldAsync(new DataQuestion { Source = Input($"{UnixFsBlock.CidOf([1])}/a b").Source }, default);

    private static Task TellAsync(string lie, Stream to) => lie switch
    {
        "wrong" => WebServer.WriteAsync(to, "200 OK", "", Bytes(10_000)),
        "short" => WebServer.WriteAsync(to, "200 OK", "", Bytes(3)),
        "empty" => WebServer.WriteAsync(to, "200 OK", "", default),
        "html" => WebServer.WriteAsync(to, "404 Not Found", "Content-Type: text/html", "<html>"u8.ToArray()),
        "endless" => WebServer.WriteAsync(to, "200 OK", "", new byte[5 << 20]),
        "broken" => WebServer.WriteAsync(to, "200 OK", "Content-Length: 20000", Bytes(10)),
        _ => to.WriteAsync("SSH-2.0-OpenSSH\r\n"u8.ToArray()).AsTask(),
    };
}
