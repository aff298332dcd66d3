using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using NATS.NKeys;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class JoinTests
{
    [Fact]
    public async Task Node_that_proves_its_key_becomes_a_member()
    {
        await using var world = await MessagingWorld.StartAsync();
        using var key = KeyPair.CreatePair(PrefixByte.User);
        var answer = await JoinAsync(world, Request("n-9", key));

        Assert.Equal("approved", answer!.Status);
        Assert.Equal(NodeMembership.Approved, world.Snapshot.Nodes[new NodeId("n-9")].Membership);
    }

    [Fact]
    public async Task Key_of_somebody_else_is_not_registered()
    {
        await using var world = await MessagingWorld.StartAsync();
        using var own = KeyPair.CreatePair(PrefixByte.User);
        using var other = KeyPair.CreatePair(PrefixByte.User);
        var answer = await JoinAsync(world, Request("n-9", own) with { PublicKey = other.GetPublicKey() });

        Assert.Equal("refused", answer!.Status);
        Assert.False(world.Snapshot.Nodes.ContainsKey(new NodeId("n-9")));
    }

    [Fact]
    public async Task Key_that_is_none_is_refused()
    {
        await using var world = await MessagingWorld.StartAsync();

        Assert.Equal("refused", (await JoinAsync(world, new JoinRequest { NodeId = "n-9", PublicKey = "nonsense" }))!.Status);
    }

    [Fact]
    public async Task Known_name_with_another_key_is_refused()
    {
        await using var world = await MessagingWorld.StartAsync();
        using var key = KeyPair.CreatePair(PrefixByte.User);
        var answer = await JoinAsync(world, Request("n-1", key));

        Assert.Equal("refused", answer!.Status);
        Assert.Contains("bacalhau node delete", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_of_a_deleted_node_is_told_so_after_a_restart_of_the_orchestrator_too_and_the_next_process_joins()
    {
        await using var world = await MessagingWorld.StartAsync();
        using var key = KeyPair.CreatePair(PrefixByte.User);
        await JoinAsync(world, Request("n-9", key));
        await world.Store.RunAsync(context => NodeMemberships.Delete(context.Draft, new NodeId("n-9"), context.Now));
        await world.RestartAsync();

        Assert.Equal("deleted", (await JoinAsync(world, Request("n-9", key) with { TookPart = true }))!.Status);
        Assert.Equal("deleted", (await world.Process(node: "n-9").HelloAsync()).Refused);
        Assert.False(world.Snapshot.Nodes.ContainsKey(new NodeId("n-9")));
        Assert.Equal("approved", (await JoinAsync(world, Request("n-9", key)))!.Status);
        Assert.Equal("approved", (await JoinAsync(world, Request("n-9", key) with { TookPart = true }))!.Status);
    }

    [Fact]
    public async Task Process_of_a_node_that_this_store_never_knew_joins()
    {
        await using var world = await MessagingWorld.StartAsync();
        using var key = KeyPair.CreatePair(PrefixByte.User);

        Assert.Equal("approved", (await JoinAsync(world, Request("n-9", key) with { TookPart = true }))!.Status);
    }

    [Fact]
    public async Task Rejected_node_is_told_so_at_its_next_sign_of_life()
    {
        await using var world = await MessagingWorld.StartAsync();
        var process = await world.Process().BeginAsync();
        await world.Store.RunAsync(context => NodeMemberships.Reject(context.Draft, MessagingWorld.NodeId, "", context.Now));

        Assert.True((await process.HeartbeatAsync())!.SessionIsOver);
        Assert.Equal("rejected", (await process.HelloAsync()).Refused);
    }

    [Fact]
    public async Task Too_many_requests_in_a_second_are_left_without_an_answer()
    {
        await using var world = await MessagingWorld.StartAsync();
        var bad = new JoinRequest { NodeId = "n-9", PublicKey = "nonsense" };
        for (var i = 0; i < world.Options.JoinsPerSecond; i++)
        {
            Assert.NotNull(await JoinAsync(world, bad));
        }

        var last = JoinAsync(world, bad);
        world.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await last);
        Assert.NotNull(await JoinAsync(world, bad));
    }

    private static JoinRequest Request(string node, KeyPair key)
    {
        var proof = new byte[64];
        key.Sign(Encoding.UTF8.GetBytes($"{node}\n{key.GetPublicKey()}"), proof);
        return new JoinRequest { NodeId = node, PublicKey = key.GetPublicKey(), Proof = proof };
    }

    private static async Task<JoinAnswer?> JoinAsync(MessagingWorld world, JoinRequest request)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, MessageJson.Default.JoinRequest);
        var answer = await world.Hub.Connect("joiner").RequestAsync(Subjects.Join, payload, TimeSpan.FromSeconds(10), default);
        return answer is LinkAnswer.Answered(var bytes) ? JsonSerializer.Deserialize(bytes.Span, MessageJson.Default.JoinAnswer) : null;
    }
}
