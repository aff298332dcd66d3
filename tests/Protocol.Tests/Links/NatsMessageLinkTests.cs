using System.Text;
using Bacalhau.Protocol.Links;
using Bacalhau.TestKit.Links;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.NKeys;

namespace Bacalhau.Protocol.Tests.Links;

public sealed class NatsMessageLinkTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Request_gets_the_answer_of_who_listens()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var here = await OpenAsync(server);
        await using var there = await OpenAsync(server);
        await using var listening = await there.SubscribeAsync("greet", message => message.Answer!(Bytes("hello " + Text(message.Payload))), default);

        var answer = await here.RequestAsync("greet", Bytes("world"), _patience, default);

        Assert.Equal("hello world", Text(Assert.IsType<LinkAnswer.Answered>(answer).Payload));
    }

    [Fact]
    public async Task Request_to_nobody_says_so_at_once()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server);

        Assert.IsType<LinkAnswer.NobodyThere>(await link.RequestAsync("nobody", Bytes("?"), _patience, default));
    }

    [Fact]
    public async Task Request_that_is_not_answered_ends_after_its_time()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server);
        await using var listening = await link.SubscribeAsync("silent", _ => Task.CompletedTask, default);

        Assert.IsType<LinkAnswer.NoAnswer>(await link.RequestAsync("silent", Bytes("?"), TimeSpan.FromMilliseconds(100), default));
    }

    [Fact]
    public async Task Request_while_the_server_is_down_ends_without_an_answer()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server);
        server.Kill();

        Assert.IsType<LinkAnswer.NoAnswer>(await link.RequestAsync("anywhere", Bytes("?"), TimeSpan.FromMilliseconds(300), default));
    }

    [Fact]
    public async Task Subscription_lives_on_after_the_server_was_killed_and_started_again()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var here = await OpenAsync(server);
        await using var there = await OpenAsync(server);
        var dropped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        there.MessagesDropped += () => dropped.TrySetResult();
        await using var listening = await there.SubscribeAsync("greet", message => message.Answer!(Bytes("again")), default);

        server.Kill();
        await server.StartAgainAsync();
        await dropped.Task.WaitAsync(_patience);

        LinkAnswer answer = new LinkAnswer.NoAnswer();
        for (var attempt = 0; attempt < 50 && answer is not LinkAnswer.Answered; attempt++)
        {
            answer = await here.RequestAsync("greet", Bytes("?"), TimeSpan.FromSeconds(1), default);
        }

        Assert.Equal("again", Text(Assert.IsType<LinkAnswer.Answered>(answer).Payload));
    }

    [Fact]
    public async Task Messages_are_handled_one_after_the_other_in_their_order()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server);
        var seen = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var listening = await link.SubscribeAsync(
            "numbers",
            async message =>
            {
                var text = Text(message.Payload);
                await Task.Yield();
                seen.Add(text);
                if (seen.Count == 100)
                {
                    done.SetResult();
                }
            },
            default);

        for (var number = 0; number < 100; number++)
        {
            await link.PublishAsync("numbers", Bytes($"{number}"), default);
        }

        await done.Task.WaitAsync(_patience);
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}"), seen);
    }

    [Fact]
    public async Task Messages_that_nobody_takes_in_time_are_dropped_and_told()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server, options => options with { PendingMessages = 4 });
        var dropped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        link.MessagesDropped += () => dropped.TrySetResult();
        await using var listening = await link.SubscribeAsync("flood", _ => goOn.Task, default);

        for (var number = 0; number < 20; number++)
        {
            await link.PublishAsync("flood", Bytes($"{number}"), default);
        }

        await dropped.Task.WaitAsync(_patience);
        goOn.SetResult();
    }

    [Fact]
    public async Task Handler_that_throws_gets_the_next_message_too()
    {
        using var server = await NatsTestServer.StartAsync();
        await using var link = await OpenAsync(server);
        await using var listening = await link.SubscribeAsync(
            "touchy",
            message => Text(message.Payload) == "bad" ? throw new InvalidOperationException("bad") : message.Answer!(Bytes("good")),
            default);

        await link.PublishAsync("touchy", Bytes("bad"), default);

        Assert.IsType<LinkAnswer.Answered>(await link.RequestAsync("touchy", Bytes("fine"), _patience, default));
    }

    [Fact]
    public async Task Key_opens_the_server_for_what_its_entry_allows()
    {
        using var pair = KeyPair.CreatePair(PrefixByte.User);
        using var server = await NatsTestServer.StartAsync(
            $$"""
            authorization {
              users: [
                { user: join, password: secret, permissions: { publish: "bacalhau.v1.join", subscribe: "_INBOX.>" } }
                { nkey: {{pair.GetPublicKey()}}, permissions: { publish: ["mine.>", "_INBOX_n-1.>"], subscribe: ["mine.>", "_INBOX_n-1.>"], allow_responses: true } }
              ]
            }
            """);
        await using var node = await OpenAsync(server, options => options with { Seed = pair.GetSeed(), InboxPrefix = NatsLinkOptions.InboxPrefixOf(new("n-1")) });
        await using var stranger = await OpenAsync(server, options => options with { User = "join", Password = "secret" });
        await using var listening = await node.SubscribeAsync("mine.a", message => message.Answer!(Bytes("yes")), default);

        Assert.IsType<LinkAnswer.Answered>(await node.RequestAsync("mine.a", Bytes("?"), _patience, default));
        Assert.IsType<LinkAnswer.NoAnswer>(await stranger.RequestAsync("mine.a", Bytes("?"), TimeSpan.FromMilliseconds(300), default));
    }

    private static async Task<NatsMessageLink> OpenAsync(NatsTestServer server, Func<NatsLinkOptions, NatsLinkOptions>? change = null)
    {
        var options = new NatsLinkOptions { Urls = [server.Url] };
        var link = new NatsMessageLink(change?.Invoke(options) ?? options, NullLogger<NatsMessageLink>.Instance);
        using var limit = new CancellationTokenSource(_patience);
        await link.ConnectAsync(limit.Token);
        return link;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
