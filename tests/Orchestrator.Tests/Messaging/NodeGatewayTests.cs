using System.Text;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class NodeGatewayTests
{
    private static readonly ExecutionId Execution = new("e-1");

    [Fact]
    public async Task Log_is_read_from_the_process_that_holds_the_session()
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        LogRequest? asked = null;
        await node.Link.SubscribeAsync(
            Subjects.LogsOfNode(MessagingWorld.NodeId, new SessionId(node.Session)),
            message =>
            {
                asked = JsonSerializer.Deserialize(message.Payload.Span, MessageJson.Default.LogRequest);
                return message.Answer!(JsonSerializer.SerializeToUtf8Bytes(new Piece { Bytes = Encoding.UTF8.GetBytes("text"), Next = 9 }, MessageJson.Default.Piece));
            },
            default);
        var piece = await world.Gateway.ReadLogAsync(MessagingWorld.NodeId, Execution, position: 5, lastLines: 0, waitMillis: 100, default);

        Assert.Equal("text", Encoding.UTF8.GetString(piece!.Bytes));
        Assert.Equal((Execution.Value, 5, 100, node.Session), (asked!.ExecutionId, asked.Position, asked.WaitMillis, asked.Session));
        Assert.Equal(world.Store.Writer.Store.ClusterId, asked.Cluster);
    }

    [Fact]
    public async Task Node_without_a_session_cannot_be_read()
    {
        await using var world = await MessagingWorld.StartAsync();

        Assert.Null(await world.Gateway.ReadLogAsync(MessagingWorld.NodeId, Execution, 0, 0, 0, default));
        Assert.Null(await world.Gateway.ReadResultAsync(new NodeId("n-unknown"), Execution, 0, default));
    }

    [Fact]
    public async Task Process_that_is_gone_cannot_be_read()
    {
        await using var world = await MessagingWorld.StartAsync();
        await (await world.Process().BeginAsync()).DisposeAsync();

        Assert.Null(await world.Gateway.ReadResultAsync(MessagingWorld.NodeId, Execution, 0, default));
    }
}
