using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Messaging.MessagingWorld;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class SessionTests
{
    [Fact]
    public async Task Node_is_ready_for_work_after_hello_and_list()
    {
        await using var world = await StartAsync();
        var node = world.Process();
        var welcome = await node.HelloAsync();
        Assert.False(world.Node.IsEligible);
        await node.ListAsync();

        Assert.True(world.Node.IsEligible);
        Assert.Equal(5000, welcome.HeartbeatMillis);
        Assert.Equal(world.Store.Writer.Store.Term, welcome.Term);
    }

    [Fact]
    public async Task Copied_identity_is_refused_while_the_first_process_answers()
    {
        await using var world = await StartAsync();
        await world.Process("boot-1").BeginAsync();
        var welcome = await world.Process("boot-2").HelloAsync();

        Assert.Equal("inUse", welcome.Refused);
        Assert.Contains("in use on host machine", welcome.Reason, StringComparison.Ordinal);
        Assert.Equal("boot-1", world.Node.BootId);
    }

    [Fact]
    public async Task Work_of_one_identity_never_reaches_two_processes()
    {
        await using var world = await StartAsync();
        var first = world.Process("boot-1");
        var second = world.Process("boot-2");
        await Task.WhenAll(first.HelloAsync(), second.HelloAsync());
        var (winner, loser) = first.Session.Length > 0 ? (first, second) : (second, first);
        await winner.ListAsync();
        await world.PlaceAsync(3);
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);

        Assert.NotEmpty(winner.Batches);
        Assert.Empty(loser.Batches);
        Assert.Equal("", loser.Session);
    }

    [Fact]
    public async Task New_process_takes_over_at_once_when_the_old_one_is_gone()
    {
        await using var world = await StartAsync();
        var first = await world.Process("boot-1").BeginAsync();
        await first.DisposeAsync();
        await world.Process("boot-2").BeginAsync();

        Assert.Equal("boot-2", world.Node.BootId);
        Assert.True(world.Node.IsEligible);
    }

    [Fact]
    public async Task Process_that_lost_its_session_is_told_so()
    {
        await using var world = await StartAsync();
        var first = await world.Process("boot-1").BeginAsync();
        first.Link.IsCut = true;
        var hello = world.Process("boot-2").HelloAsync();
        world.Clock.Advance(world.Options.PingTimeout);
        Assert.Equal("", (await hello).Refused);
        first.Link.IsCut = false;

        Assert.True((await first.HeartbeatAsync())!.SessionIsOver);
        Assert.True((await first.ReportAsync())!.SessionIsOver);
    }

    [Fact]
    public async Task Node_of_another_cluster_is_refused()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        await using var other = await StartAsync();
        await other.Store.RunAsync(context => { });
        var stranger = new Hello { NodeId = "n-1", BootId = "b", Cluster = world.Store.Writer.Store.ClusterId + "x", Facts = ScriptedNode.Facts() };
        var answer = await node.Link.RequestAsync(
            Subjects.FromNode(NodeId, "hello"),
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(stranger, MessageJson.Default.Hello),
            TimeSpan.FromSeconds(1),
            default);

        var welcome = System.Text.Json.JsonSerializer.Deserialize(
            Assert.IsType<Protocol.Links.LinkAnswer.Answered>(answer).Payload.Span, MessageJson.Default.Welcome)!;
        Assert.Equal("wrongCluster", welcome.Refused);
    }

    [Fact]
    public async Task Silent_node_is_disconnected_and_then_lost()
    {
        await using var world = await StartAsync();
        await world.Process().BeginAsync();
        await world.UntilAsync(_ => world.Node.Connection == NodeConnection.Disconnected, TimeSpan.FromSeconds(1));
        await world.UntilAsync(_ => world.Node.Connection == NodeConnection.Lost, TimeSpan.FromSeconds(1));

        Assert.Null(world.Node.Session);
    }

    [Fact]
    public async Task Heartbeats_keep_a_node_connected()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        for (var i = 0; i < 20; i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(5));
            Assert.False((await node.HeartbeatAsync(HoldingHash.Of([])))!.SessionIsOver);
        }

        Assert.Equal(NodeConnection.Connected, world.Node.Connection);
    }

    [Fact]
    public async Task Heartbeats_tell_how_far_executions_are_and_write_nothing()
    {
        await using var world = await StartAsync();
        await using var node = await world.Process().BeginAsync();
        var placed = (await world.PlaceAsync())[0];
        await node.ReportAsync(Report(placed, ReportKind.Running) with { Phase = ExecutionPhase.Preparing });
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        var before = world.Snapshot;
        var progress = new ExecutionProgress("pulling image", 12, 40, "bytes");

        await node.HeartbeatAsync(progress: [new ExecutionProgressNote { ExecutionId = placed.Id.Value, Progress = progress }]);

        Assert.Equal(progress, world.Progress.Find(world.Snapshot.Executions[placed.Id]));
        Assert.Same(before, world.Snapshot);
    }

    [Fact]
    public async Task Pieces_of_a_long_list_are_signs_of_life()
    {
        await using var world = await StartAsync();
        var node = world.Process();
        await node.HelloAsync();
        for (var i = 0; i < 20; i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(5));
            await node.SendPieceAsync(i);
        }

        Assert.Equal(NodeConnection.Connected, world.Node.Connection);
    }

    [Fact]
    public async Task Two_heartbeats_that_differ_ask_for_the_list()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();

        Assert.False((await node.HeartbeatAsync("something else"))!.WantsList);
        Assert.True((await node.HeartbeatAsync("something else"))!.WantsList);
        Assert.False(world.Node.IsEligible);
        await node.ListAsync();
        Assert.True(world.Node.IsEligible);
    }

    [Fact]
    public async Task List_made_before_the_last_batch_is_not_compared()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        await world.Store.RunAsync(context => NodeSessions.Doubt(context.Draft, NodeId, new(node.Session)));
        await node.ListAsync(appliedBatch: 0);
        Assert.True(world.Node.NeedsSync);
        Assert.False(world.Snapshot.Executions[execution.Id].IsEnded);
        while (world.Node.NeedsSync)
        {
            // The batch is on its way until its acknowledgement is noted, a moment after the outbox is empty.
            await node.ListAsync(Holding(execution));
        }

        Assert.False(world.Snapshot.Executions[execution.Id].IsEnded);
    }

    [Fact]
    public async Task List_that_nobody_asked_for_changes_nothing()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        await node.ListAsync();

        Assert.False(world.Snapshot.Executions[execution.Id].IsEnded);
    }

    [Fact]
    public async Task Difference_that_a_list_does_not_remove_asks_for_no_further_list()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        await node.HeartbeatAsync("something else");
        Assert.True((await node.HeartbeatAsync("something else"))!.WantsList);
        await node.ListAsync();

        await node.HeartbeatAsync("something else");
        Assert.False((await node.HeartbeatAsync("something else"))!.WantsList);
        await node.HeartbeatAsync("yet another");
        Assert.True((await node.HeartbeatAsync("yet another"))!.WantsList);
    }

    [Fact]
    public async Task Store_older_than_its_nodes_begins_a_term_above_theirs_and_stops_nothing_it_does_not_know()
    {
        await using var world = await StartAsync();
        var node = world.Process();
        node.HighestTerm = 40;
        var welcome = await node.HelloAsync();
        await node.ListAsync(new Holding { ExecutionId = "e-unknown", JobId = "j", AskRevision = 2, TakesRoom = true });

        Assert.Equal(41, (await node.HelloAsync()).Term);
        Assert.True(welcome.Term >= 1);
        Assert.Equal(StrangerWish.Hold, Assert.Single(world.Node.Strangers).Value.Wish);
        Assert.Empty(node.Batches);
    }

    [Fact]
    public async Task Execution_that_the_store_does_not_know_is_stopped_and_its_node_told_for_how_long_to_keep_the_result()
    {
        await using var world = await StartAsync();
        var node = world.Process();
        await node.HelloAsync();
        await node.ListAsync(new Holding { ExecutionId = "e-unknown", JobId = "j", AskRevision = 2, TakesRoom = true });
        await world.UntilAsync(_ => world.Node.Strangers.Values.All(stranger => stranger.IsAcked));

        var wish = Assert.Single(Assert.Single(node.Batches).Instructions);
        Assert.Equal(("stop", "e-unknown", 3L, (long?)86_400_000), (wish.Verb, wish.ExecutionId, wish.AskRevision, wish.KeepMillis));
    }

    [Fact]
    public async Task Restarted_orchestrator_hears_a_node_only_after_hello_and_list()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        await world.RestartAsync();
        await world.PlaceAsync();

        Assert.True((await node.HeartbeatAsync())!.SessionIsOver);
        Assert.Empty(node.Batches);
        await node.BeginAsync();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        Assert.Equal(["run"], node.Verbs);
    }

    [Fact]
    public async Task Node_that_missed_messages_is_asked_for_its_list()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();

        Assert.True((await node.HeartbeatAsync(HoldingHash.Of([]), hasMissed: true))!.WantsList);
        Assert.False(world.Node.IsEligible);
        await node.ListAsync();
        Assert.False((await node.HeartbeatAsync(HoldingHash.Of([])))!.WantsList);
    }

    [Fact]
    public async Task Term_that_no_orchestrator_reaches_is_not_followed()
    {
        await using var world = await StartAsync();
        var term = world.Store.Writer.Store.Term;
        var node = world.Process();
        node.HighestTerm = long.MaxValue - 1;

        Assert.Equal("wrongCluster", (await node.HelloAsync()).Refused);
        Assert.Equal(term, world.Store.Writer.Store.Term);
    }
}
