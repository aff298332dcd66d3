using System.Text;
using Bacalhau.Protocol.Links;
using Bacalhau.TestKit.Links;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class MemoryLinkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider clock = new();
    private readonly MemoryHub hub;
    private readonly MemoryLink asker;
    private readonly MemoryLink answerer;

    public MemoryLinkTests()
    {
        hub = new MemoryHub(clock);
        asker = hub.Connect("asker");
        answerer = hub.Connect("answerer");
    }

    [Fact]
    public async Task Request_is_answered()
    {
        await answerer.SubscribeAsync("a.*.c", message => message.Answer!(Bytes($"got {Text(message.Payload)}")), default);

        var answer = await asker.RequestAsync("a.b.c", Bytes("it"), Limit, default);

        Assert.Equal("got it", Text(Assert.IsType<LinkAnswer.Answered>(answer).Payload));
    }

    [Fact]
    public async Task Request_where_nobody_listens_is_told_so() =>
        Assert.IsType<LinkAnswer.NobodyThere>(await asker.RequestAsync("nowhere", Bytes(""), Limit, default));

    [Fact]
    public async Task Request_that_is_lost_gets_no_answer_after_its_time_limit()
    {
        await answerer.SubscribeAsync("a.>", message => message.Answer!(Bytes("")), default);
        hub.Route = _ => [];

        var request = asker.RequestAsync("a.b", Bytes(""), Limit, default);
        Assert.False(request.IsCompleted);
        clock.Advance(Limit);

        Assert.IsType<LinkAnswer.NoAnswer>(await request);
    }

    [Fact]
    public async Task Message_can_come_twice_and_late()
    {
        var received = new List<string>();
        await answerer.SubscribeAsync("a", message => { received.Add(Text(message.Payload)); return Task.CompletedTask; }, default);
        hub.Route = _ => [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)];

        await asker.PublishAsync("a", Bytes("x"), default);
        Assert.Empty(received);
        clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["x", "x"], received);
    }

    [Fact]
    public async Task Messages_are_handled_one_after_the_other()
    {
        var busy = new TaskCompletionSource();
        var received = new List<string>();
        await answerer.SubscribeAsync("a", message => { received.Add(Text(message.Payload)); return busy.Task; }, default);

        await asker.PublishAsync("a", Bytes("1"), default);
        await asker.PublishAsync("a", Bytes("2"), default);
        Assert.Equal(["1"], received);
        busy.SetResult();

        Assert.Equal(["1", "2"], received);
    }

    [Fact]
    public async Task Cut_link_receives_nothing()
    {
        var received = new List<string>();
        await answerer.SubscribeAsync("a", message => { received.Add(Text(message.Payload)); return Task.CompletedTask; }, default);
        answerer.IsCut = true;

        await asker.PublishAsync("a", Bytes("1"), default);

        Assert.Empty(received);
    }

    [Fact]
    public async Task Disposed_link_listens_no_more()
    {
        await answerer.SubscribeAsync("a", message => message.Answer!(Bytes("")), default);
        await answerer.DisposeAsync();

        Assert.IsType<LinkAnswer.NobodyThere>(await asker.RequestAsync("a", Bytes(""), Limit, default));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
