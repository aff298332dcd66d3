using System.Net;
using System.Net.Sockets;
using System.Text;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Nats;
using Bacalhau.Orchestrator.Tests.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Orchestrator.Tests.Nats;

public sealed class NatsServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private static readonly NodeId A = new("a");
    private static readonly NodeId B = new("b");

    [Fact]
    public async Task Node_is_heard_and_hears_on_its_own_subjects()
    {
        await using var world = await NatsWorld.StartAsync();
        var orchestrator = await world.OrchestratorAsync();
        var node = await world.NodeAsync("a");
        await orchestrator.SubscribeAsync(Subjects.FromAnyNode(">"), message => message.Answer!(Bytes(message.Subject)), default);
        await node.SubscribeAsync(Subjects.ToNode(A, new("s")), message => message.Answer!(Bytes("taken")), default);

        Assert.Equal(Subjects.FromNode(A, "hello"), await AskAsync(node, Subjects.FromNode(A, "hello")));
        Assert.Equal("taken", await AskAsync(orchestrator, Subjects.ToNode(A, new("s"))));
    }

    [Fact]
    public async Task Node_learns_from_the_server_at_which_address_it_is_seen()
    {
        await using var world = await NatsWorld.StartAsync();
        var node = await world.NodeAsync("a");

        Assert.Equal("127.0.0.1", node.OwnAddress);
    }

    [Fact]
    public async Task Node_that_joined_while_the_server_started_takes_part()
    {
        await using var world = await NatsWorld.StartAsync();
        await using var store = TestStore.Start();
        var late = world.Member("late");
        await store.RunAsync(context => context.Draft.Put(SampleJobs.Join(context, "late") with { PublicKey = late.PublicKey }));

        using var stop = new CancellationTokenSource();
        var membership = new NatsMembership(world.Server, store.Writer, TimeProvider.System, NullLogger<NatsMembership>.Instance).RunAsync(stop.Token);
        await world.NodeAsync("late");

        await stop.CancelAsync();
        await membership;
    }

    [Fact]
    public async Task Node_cannot_speak_as_another()
    {
        await using var world = await NatsWorld.StartAsync();
        var orchestrator = await world.OrchestratorAsync();
        var node = await world.NodeAsync("a");
        await orchestrator.SubscribeAsync(Subjects.FromAnyNode(">"), message => message.Answer!(Bytes("")), default);

        Assert.IsType<LinkAnswer.NoAnswer>(await node.RequestAsync(Subjects.FromNode(B, "hello"), Bytes(""), Short, default));
        Assert.IsType<LinkAnswer.NoAnswer>(await node.RequestAsync(Subjects.Join, Bytes(""), Short, default));
        Assert.Equal("", await AskAsync(node, Subjects.FromNode(A, "hello")));
    }

    [Fact]
    public async Task Node_cannot_hear_another()
    {
        await using var world = await NatsWorld.StartAsync();
        var orchestrator = await world.OrchestratorAsync();
        var eavesdropper = await world.NodeAsync("a");
        var heard = new List<string>();
        foreach (var subject in (string[])[">", Subjects.AllOfNode(B), Subjects.FromAnyNode(">"), "_ORCHESTRATOR_INBOX.>", $"{NatsLinkOptions.InboxPrefixOf(B)}.>"])
        {
            await eavesdropper.SubscribeAsync(subject, message => { heard.Add(message.Subject); return Task.CompletedTask; }, default);
        }

        var node = await world.NodeAsync("b");
        await orchestrator.SubscribeAsync(Subjects.FromAnyNode(">"), message => message.Answer!(Bytes("")), default);
        await node.SubscribeAsync(Subjects.ToNode(B, new("s")), message => message.Answer!(Bytes("")), default);
        await AskAsync(orchestrator, Subjects.ToNode(B, new("s")));
        await AskAsync(node, Subjects.FromNode(B, "hello"));

        // Whatever was on its way to the eavesdropper came before this answer.
        await AskAsync(eavesdropper, Subjects.FromNode(A, "hello"));
        Assert.Empty(heard);
    }

    [Fact]
    public async Task Who_joins_may_ask_to_join_and_nothing_else()
    {
        await using var world = await NatsWorld.StartAsync("secret \"$\\ tökén");
        var orchestrator = await world.OrchestratorAsync();
        var joiner = await world.JoinerAsync("secret \"$\\ tökén");
        await orchestrator.SubscribeAsync(">", message => message.Answer?.Invoke(Bytes(message.Subject)) ?? Task.CompletedTask, default);

        Assert.Equal(Subjects.Join, await AskAsync(joiner, Subjects.Join));
        Assert.IsType<LinkAnswer.NoAnswer>(await joiner.RequestAsync(Subjects.FromNode(A, "hello"), Bytes(""), Short, default));
    }

    [Fact]
    public async Task Wrong_password_is_not_let_in()
    {
        await using var world = await NatsWorld.StartAsync("secret");
        var options = new NatsLinkOptions { Urls = [world.Server.Url], User = "join", Password = "wrong" };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.ConnectAsync(options, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Without_a_token_everybody_may_ask_to_join()
    {
        await using var world = await NatsWorld.StartAsync(token: "");
        var orchestrator = await world.OrchestratorAsync();
        var joiner = await world.JoinerAsync(null);
        await orchestrator.SubscribeAsync(Subjects.Join, message => message.Answer!(Bytes("yes")), default);

        Assert.Equal("yes", await AskAsync(joiner, Subjects.Join));
    }

    [Fact]
    public async Task New_member_is_let_in_and_the_others_stay_connected()
    {
        await using var world = await NatsWorld.StartAsync();
        var orchestrator = await world.OrchestratorAsync();
        var node = await world.NodeAsync("a");
        var drops = 0;
        node.MessagesDropped += () => drops++;
        orchestrator.MessagesDropped += () => drops++;
        await orchestrator.SubscribeAsync(Subjects.FromAnyNode(">"), message => message.Answer!(Bytes("")), default);
        world.Server.SetMembers([new NatsMember(A, world.PublicKeys[A]), new NatsMember(B, world.PublicKeys[B]), world.Member("c")]);
        var late = await world.NodeAsync("c");

        Assert.Equal("", await AskAsync(late, Subjects.FromNode(new("c"), "hello")));
        Assert.Equal("", await AskAsync(node, Subjects.FromNode(A, "hello")));
        Assert.Equal(0, drops);
    }

    [Fact]
    public async Task Server_that_was_killed_is_started_again_on_its_port()
    {
        await using var world = await NatsWorld.StartAsync();
        var orchestrator = await world.OrchestratorAsync();
        var node = await world.NodeAsync("a");
        await orchestrator.SubscribeAsync(Subjects.FromAnyNode(">"), message => message.Answer!(Bytes("")), default);
        var back = new TaskCompletionSource();
        orchestrator.MessagesDropped += () => back.TrySetResult();
        world.Kill();
        await back.Task.WaitAsync(NatsWorld.Patience);

        Assert.IsNotType<LinkAnswer.NobodyThere>(await node.RequestAsync(Subjects.FromNode(A, "hello"), Bytes(""), NatsWorld.Patience, default));
    }

    [Fact]
    public async Task Stopped_server_listens_no_more()
    {
        await using var world = await NatsWorld.StartAsync();
        await world.Server.DisposeAsync();
        using var client = new TcpClient();

        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, world.Server.Port));
    }

    [Fact]
    public async Task Secrets_are_readable_by_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        await using var world = await NatsWorld.StartAsync();

        foreach (var name in (string[])["nats-server.conf", "orchestrator.nkey"])
        {
            var mode = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path.Combine(world.Folder, name));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
        }
    }

    [Fact]
    public async Task Port_in_use_is_said_with_what_to_do()
    {
        await using var world = await NatsWorld.StartAsync();
        await using var other = new NatsWorld();
        var options = other.Options("") with { Port = world.Server.Port };
        var error = await Assert.ThrowsAsync<NatsServerException>(() =>
            NatsServer.StartAsync(options, [], TimeProvider.System, NullLogger<NatsServer>.Instance));

        Assert.Contains("Orchestrator.Port", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_program_is_said_with_the_fix()
    {
        var options = new NatsServerOptions { Folder = Path.GetTempPath(), ServerPath = "/nowhere/nats-server", WorkerPath = WorkerBinary.Path };
        var error = await Assert.ThrowsAsync<NatsServerException>(() =>
            NatsServer.StartAsync(options, [], TimeProvider.System, NullLogger<NatsServer>.Instance));

        Assert.Contains("apt-get install nats-server", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.8.4", false)]
    [InlineData("2.9.10", true)]
    [InlineData("2.10.27", true)]
    [InlineData("2.11.0-beta.1", true)]
    [InlineData("", false)]
    public void Program_that_is_too_old_is_refused(string version, bool isEnough)
    {
        var error = Record.Exception(() => NatsServerProgram.Check("/usr/sbin/nats-server", version));

        Assert.Equal(isEnough, error is null);
    }

    private static async Task<string> AskAsync(NatsMessageLink link, string subject)
    {
        var answer = await link.RequestAsync(subject, Bytes(""), NatsWorld.Patience, default);
        return Encoding.UTF8.GetString(Assert.IsType<LinkAnswer.Answered>(answer).Payload.Span);
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
