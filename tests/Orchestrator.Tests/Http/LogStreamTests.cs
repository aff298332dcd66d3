using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Bacalhau.Core.Cluster;
using Bacalhau.Core;
using Bacalhau.Protocol.Logs;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Logs over WebSocket, from nodes that the test plays.</summary>
public sealed class LogStreamTests : IAsyncLifetime
{
    private ApiCluster cluster = null!;
    private Scenes scenes = null!;
    private ClusterNode node = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await ApiCluster.StartAsync();
        scenes = new Scenes(cluster);
        node = await cluster.JoinAsync(Scenes.FirstNode.Value);
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    [Fact]
    public async Task A_log_is_sent_as_text_frames_and_closed_normally()
    {
        var job = await RunningAsync();
        await ServeAsync([Frame(1, 1, "one\n"), Frame(2, 2, "two\n")], isEnd: true);
        var (frames, close) = await ReadAsync(job, "");
        Assert.Equal(["""{"value":{"Type":1,"Line":"one\n"}}""" + "\n", """{"value":{"Type":2,"Line":"two\n"}}""" + "\n"], frames);
        Assert.Equal((WebSocketCloseStatus.NormalClosure, ""), close);
    }

    [Fact]
    public async Task Without_follow_the_stream_ends_where_the_log_ends_now()
    {
        var job = await RunningAsync();
        await ServeAsync([Frame(1, 1, "one\n")], isEnd: false);
        var (frames, _) = await ReadAsync(job, "");
        Assert.Single(frames);
    }

    [Fact]
    public async Task With_tail_and_without_follow_only_the_close_is_sent()
    {
        var job = await RunningAsync();
        await ServeAsync([Frame(1, 1, "one\n")], isEnd: true);
        var (frames, close) = await ReadAsync(job, "?tail=true");
        Assert.Empty(frames);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, close.Status);
    }

    [Fact]
    public async Task A_followed_stream_goes_on_with_the_pieces_that_come()
    {
        var job = await RunningAsync();
        await ServeAsync([Frame(1, 1, "one\n"), Frame(1, 2, "two\n"), Frame(1, 3, "three\n")], isEnd: true, framesPerPiece: 1);
        var (frames, _) = await ReadAsync(job, "?follow=true");
        Assert.Equal(["one\n", "two\n", "three\n"], frames.Select(LineOf));
    }

    [Fact]
    public async Task A_character_across_two_frames_stays_whole()
    {
        var job = await RunningAsync();
        var bytes = Encoding.UTF8.GetBytes("zürich\n");
        await ServeAsync([new LogFrame(1, 1, bytes.AsMemory(0, 2)), new LogFrame(1, 2, bytes.AsMemory(2))], isEnd: true);
        var (frames, _) = await ReadAsync(job, "");
        Assert.Equal("zürich\n", string.Concat(frames.Select(LineOf)));
    }

    [Fact]
    public async Task The_stored_end_of_the_log_is_shown_when_the_node_does_not_answer()
    {
        var job = await scenes.SubmitAsync("gone", "default", "{}");
        byte[] tail = [.. LogFrames.Encode(Frame(1, 1, "one\n")), .. LogFrames.Encode(Frame(1, 2, "two\n"))];
        await scenes.EndAsync(job, ObservedOutcome.Completed, seen => seen with { LogTail = tail });
        Assert.Equal(["one\n", "two\n"], (await ReadAsync(job, "")).Frames.Select(LineOf));
        Assert.Equal(["two\n"], (await ReadAsync(job, "?lines=1")).Frames.Select(LineOf));
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_now_ends_in_an_error_frame()
    {
        var job = await RunningAsync();
        var (frames, close) = await ReadAsync(job, "");
        Assert.Contains("cannot be reached", ErrorOf(Assert.Single(frames)), StringComparison.Ordinal);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, close.Status);
    }

    [Theory]
    [InlineData("?follow=maybe", "follow")]
    [InlineData("?job_version=9", "no executions of version 9")]
    [InlineData("?execution_id=e-nope", "e-nope")]
    public async Task What_cannot_be_asked_is_told_in_an_error_frame(string query, string expected)
    {
        var job = await RunningAsync();
        var (frames, _) = await ReadAsync(job, query);
        Assert.Contains(expected, ErrorOf(Assert.Single(frames)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_executions_are_shown_with_their_ids_when_asked_for()
    {
        var job = await scenes.SubmitAsync("two", "default", "{}", count: 2);
        await cluster.PlanAsync();
        await ServeAsync([Frame(1, 1, "one\n")], isEnd: true);
        var (frames, _) = await ReadAsync(job, "?all_executions=true");
        var shown = frames.Select(frame => JsonElement.Parse(frame).GetProperty("value").GetProperty("ExecutionID").GetString()).Order();
        Assert.Equal(cluster.ExecutionsOf(job).Select(execution => execution.Id.Value).Order(), shown);
    }

    [Fact]
    public async Task A_followed_stream_does_not_hold_up_the_servers_stop()
    {
        var job = await RunningAsync();
        await ServeAsync([Frame(1, 1, "one\n")], isEnd: false);
        using var socket = new ClientWebSocket();
        var address = new UriBuilder(cluster.Client.BaseAddress!) { Scheme = "ws", Path = $"/api/v1/orchestrator/jobs/{job}/logs", Query = "follow=true" };
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        await socket.ReceiveAsync(new byte[1024].AsMemory(), CancellationToken.None);

        await cluster.Server.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private async Task<JobId> RunningAsync()
    {
        var job = await scenes.SubmitAsync("running", "default", "{}");
        await scenes.PlaceAsync(job);
        return job;
    }

    private Task<IAsyncDisposable> ServeAsync(LogFrame[] log, bool isEnd, int framesPerPiece = int.MaxValue) => PlayedLog.ServeAsync(cluster, node, log, isEnd, framesPerPiece);

    private Task<(IReadOnlyList<string> Frames, (WebSocketCloseStatus? Status, string? Reason) Close)> ReadAsync(JobId job, string query) =>
        PlayedLog.ReadAsync(cluster, $"/api/v1/orchestrator/jobs/{job}/logs", query);

    private static LogFrame Frame(byte stream, long millis, string text) => new(stream, millis, Encoding.UTF8.GetBytes(text));

    private static string LineOf(string frame) => JsonElement.Parse(frame).GetProperty("value").GetProperty("Line").GetString()!;

    private static string ErrorOf(string frame) => JsonElement.Parse(frame).GetProperty("error").GetString()!;
}
