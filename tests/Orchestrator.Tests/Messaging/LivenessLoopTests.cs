using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Tests.State;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class LivenessLoopTests : IAsyncDisposable
{
    private static readonly TimeSpan Tick = LivenessRules.Default.HeartbeatInterval / 5;
    private static readonly NodeId Speaker = new("n-1");
    private readonly TestStore store = TestStore.Start();
    private readonly SignsOfLife signs = new();
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim refused = new(0);

    [Fact]
    public async Task Node_that_speaks_is_not_lost_while_the_loss_of_another_cannot_be_written()
    {
        var opened = store.Clock.GetUtcNow();
        store.Clock.Advance(LivenessRules.Default.DisconnectTimeout);
        var session = await OpenAsync(Speaker, store.Clock.GetUtcNow());
        await OpenAsync(new NodeId("n-2"), opened);
        store.Commit = _ =>
        {
            refused.Release();
            throw new IOException("no space left on device");
        };
        var loop = RunAsync(store.Clock);
        for (var time = TimeSpan.Zero; time <= LivenessRules.Default.DisconnectTimeout; time += Tick)
        {
            signs.Note(Speaker, session, store.Clock.GetUtcNow());
            store.Clock.Advance(Tick);
            await refused.WaitAsync();
        }

        var present = store.Writer.Current.Version;
        store.Commit = commit => commit();
        store.Clock.Advance(Tick);
        await store.Writer.WaitForChangeAsync(present, CancellationToken.None);
        Assert.Equal(
            [NodeConnection.Connected, NodeConnection.Lost], store.Writer.Current.Nodes.Values.Select(node => node.Connection));
        await stop.CancelAsync();
        await loop;
    }

    [Fact]
    public async Task Machine_that_slept_between_a_look_and_its_turn_loses_nobody()
    {
        await OpenAsync(Speaker, store.Clock.GetUtcNow());
        var present = store.Writer.Current.Version;
        var looks = new FakeTimeProvider(store.Clock.GetUtcNow());
        var loop = RunAsync(looks);
        store.Clock.Advance(TimeSpan.FromHours(1));
        looks.Advance(LivenessRules.Default.HeartbeatInterval);
        await store.Writer.WaitForChangeAsync(present, CancellationToken.None);
        Assert.Equal(NodeConnection.Disconnected, store.Writer.Current.Nodes[Speaker].Connection);
        await stop.CancelAsync();
        await loop;
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        stop.Dispose();
        refused.Dispose();
    }

    private Task RunAsync(TimeProvider clock) =>
        new LivenessLoop(store.Writer, signs, LivenessRules.Default, clock, NullLogger<LivenessLoop>.Instance).RunAsync(stop.Token);

    /// <summary>A member's session that begins at a time.</summary>
    private Task<SessionId> OpenAsync(NodeId node, DateTimeOffset now) => store.RunAsync(context =>
    {
        NodeJoins.Join(context.Draft, node, $"U-{node}", new JoinPolicy(), context.NextNodeKey, now);
        var opening = new SessionOpening(node, "boot-1", ScriptedNode.Facts(), Gone: null);
        return Assert.IsType<SessionDecision.Opened>(NodeSessions.Open(context.Draft, opening, context.Ids.NextSessionId(), now)).Session;
    });
}
