using System.Text.Json;
using Bacalhau.Compute.Node;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Node;

public sealed class JoinClientTests
{
    private static readonly JoinRequest _request = new() { NodeId = "n-1", PublicKey = "U1" };
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Node_asks_until_it_is_approved()
    {
        var answers = new Queue<string>(["pending", "pending", "approved"]);
        var joining = await JoinAsync(() => new JoinAnswer { Status = answers.Dequeue() });

        clock.Advance(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));

        await joining;
        Assert.Empty(answers);
    }

    [Fact]
    public async Task Node_asks_again_when_nobody_answers()
    {
        var hub = new MemoryHub(clock);
        var joining = new JoinClient(hub.Connect("node"), clock, NullLogger<JoinClient>.Instance).JoinAsync(_request, default);
        await AnswerAsync(hub, () => new JoinAnswer { Status = "approved" });

        clock.Advance(TimeSpan.FromSeconds(1));

        await joining;
    }

    [Fact]
    public async Task Refusal_ends_the_node_with_the_reason()
    {
        var joining = await JoinAsync(() => new JoinAnswer { Status = "refused", Reason = "the key is not the known one" });

        Assert.Contains("the key is not the known one", (await Assert.ThrowsAsync<NodeRefusedException>(() => joining)).Message, StringComparison.Ordinal);
    }

    private async Task<Task> JoinAsync(Func<JoinAnswer> answer)
    {
        var hub = new MemoryHub(clock);
        await AnswerAsync(hub, answer);
        return new JoinClient(hub.Connect("node"), clock, NullLogger<JoinClient>.Instance).JoinAsync(_request, default);
    }

    private static Task<IAsyncDisposable> AnswerAsync(MemoryHub hub, Func<JoinAnswer> answer) => hub.Connect("orchestrator").SubscribeAsync(
        Subjects.Join,
        message => message.Answer!(JsonSerializer.SerializeToUtf8Bytes(answer(), MessageJson.Default.JoinAnswer)),
        default);
}
