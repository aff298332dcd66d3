using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Our log streams against the recorded ones: the node has the recorded output, and the frames must come out as they were.</summary>
public sealed class GoldenLogTests : IAsyncLifetime
{
    private ApiCluster cluster = null!;
    private Scenes scenes = null!;
    private ClusterNode node = null!;

    public static TheoryData<string> Cases => [.. GoldenTable.CasesOf(GoldenTier.Stream)];

    public async ValueTask InitializeAsync()
    {
        cluster = await ApiCluster.StartAsync();
        scenes = new Scenes(cluster);
        node = await cluster.JoinAsync(Scenes.FirstNode.Value);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Streams_as_recorded(string id)
    {
        var recorded = GoldenCase.All[id];
        var frames = recorded.Response.GetProperty("frames").EnumerateArray().Where(frame => frame.GetProperty("op").GetString() == "text")
            .Select(frame => frame.GetProperty("json")).ToList();
        var leaves = recorded.Response.GetProperty("frames").EnumerateArray().Last().GetProperty("op").GetString() == "client-stopped";
        var isEnd = !leaves && !id.Contains("no-follow", StringComparison.Ordinal);
        LogFrame[] log = [.. frames.Where(frame => !frame.TryGetProperty("error", out _)).Select((frame, index) => FrameOf(frame.GetProperty("value"), index))];
        await PlayedLog.ServeAsync(cluster, node, log, isEnd, framesPerPiece: 2);

        var (path, query) = await AddressAsync(recorded);
        var (received, close) = await PlayedLog.ReadAsync(cluster, path, query, leaves ? frames.Count : int.MaxValue);

        Assert.Equal(leaves ? (null, null) : (WebSocketCloseStatus.NormalClosure, ""), close);
        Assert.Equal(frames.Count, received.Count);
        Assert.Equal("", string.Join("\n", frames.Zip(received).SelectMany(pair => GoldenComparison.Exact(pair.First, JsonElement.Parse(pair.Second)))));
    }

    public static TheoryData<string> OtherCases => [.. GoldenTable.CasesOf(GoldenTier.Different).Where(id => GoldenTable.RuleOf(id)!.Status == 101)];

    /// <summary>The reference answers with an error, with nothing, or never ends.</summary>
    [Theory]
    [MemberData(nameof(OtherCases))]
    public async Task Streams_what_the_program_wrote_and_closes(string id)
    {
        await PlayedLog.ServeAsync(cluster, node, [new LogFrame(1, 1, "one\n"u8.ToArray()), new LogFrame(2, 2, "two\n"u8.ToArray())], isEnd: true, framesPerPiece: 1);
        var (path, query) = await AddressAsync(GoldenCase.All[id]);

        await PlayedLog.ReadAsync(cluster, path, "follow=true", leaveAfter: 1);
        var (received, close) = await PlayedLog.ReadAsync(cluster, path, query);

        Assert.Equal(["""{"value":{"Type":1,"Line":"one\n"}}""" + "\n", """{"value":{"Type":2,"Line":"two\n"}}""" + "\n"], received);
        Assert.Equal((WebSocketCloseStatus.NormalClosure, ""), close);
    }

    private async Task<(string Path, string Query)> AddressAsync(GoldenCase recorded)
    {
        var names = await scenes.BuildAsync(GoldenTable.RuleOf(recorded.Id)!.Scene);
        var query = recorded.Request.TryGetProperty("query", out var given) ? GoldenExchange.Filled(given.GetString()!, names) : "";
        return (GoldenExchange.Filled(recorded.Request.GetProperty("path").GetString()!, names), query);
    }

    private static LogFrame FrameOf(JsonElement value, int index) =>
        new((byte)value.GetProperty("Type").GetInt32(), index, Encoding.UTF8.GetBytes(value.GetProperty("Line").GetString()!));
}
