using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>A store is copied, the cluster goes on, and the copy takes the store's place.</summary>
public sealed class RestoredStoreTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_a_restored_store_does_not_know_runs_on_beside_new_work_until_an_operator_stops_it(int startsAfterTheCopy)
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        await world.Store.CopyAsync("backup.db");
        for (var start = 0; start < startsAfterTheCopy; start++)
        {
            await world.RestartAsync();
            await node.BeginAsync();
        }

        var holding = await RunAsync(world, node);
        await world.RestoreAsync("backup.db");
        await node.BeginAsync(holding);

        Assert.Equal([holding.ExecutionId], NodeStates.ViewOf(world.Node, world.Snapshot).Held!.Value.Select(held => held.ExecutionID));
        Assert.Equal(world.Node.Facts.Capacity - holding.Amount, world.Node.Free);

        var fresh = await RunAsync(world, node);
        Assert.DoesNotContain("stop", node.Verbs);

        await StopHeldAsync(world);
        await world.UntilAsync(_ => node.Verbs.Contains("stop"));
        await node.ReportAsync(new ExecutionReport { ExecutionId = holding.ExecutionId, ReportRevision = 3, Kind = ReportKind.Stopped });

        Assert.Null(NodeStates.ViewOf(world.Node, world.Snapshot).Held);
        Assert.Equal(world.Node.Facts.Capacity - fresh.Amount, world.Node.Free);
        Assert.Equal([holding.ExecutionId], node.Batches.SelectMany(batch => batch.Instructions).Where(wish => wish.Verb == "stop").Select(wish => wish.ExecutionId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_an_operator_stopped_is_stopped_for_good(bool isRestarted)
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        await world.Store.CopyAsync("backup.db");
        var holding = await RunAsync(world, node);
        await world.RestoreAsync("backup.db");
        await node.BeginAsync(holding);
        node.OnBatch = _ => null; // The stop does not arrive.
        await StopHeldAsync(world);
        if (isRestarted)
        {
            await world.RestartAsync();
        }

        node.ForgetBatches();
        node.OnBatch = batch => new BatchAck { Number = batch.Number, Applied = true };
        await node.BeginAsync(holding);

        Assert.Null(NodeStates.ViewOf(world.Node, world.Snapshot).Held);
        Assert.False(world.Node.HoldsStrangers);

        // What did not arrive may be sent again only after a pause.
        await world.UntilAsync(_ => node.Verbs.Contains("stop"), TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Backup_of_a_store_that_stopped_what_it_held_holds_what_came_after()
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        await StopHeldAsync(world);
        await world.Store.CopyAsync("backup.db");
        var holding = await RunAsync(world, node);
        await world.RestoreAsync("backup.db");
        await node.BeginAsync(holding);

        Assert.Equal(StrangerWish.Hold, Assert.Single(world.Node.Strangers).Value.Wish);
    }

    [Fact]
    public async Task Store_whose_newest_executions_were_deleted_for_their_age_is_not_a_restored_one()
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        var holding = await RunAsync(world, node);
        await node.ReportAsync(new ExecutionReport { ExecutionId = holding.ExecutionId, ReportRevision = 3, Kind = ReportKind.Completed });
        await world.UntilAsync(snapshot => snapshot.Jobs.IsEmpty);
        using (var queries = JobQueries.Open(world.Store.Writer.Store))
        {
            var options = new RetentionOptions { JobCount = 0 };
            await new Retention(world.Store.Writer, queries, options, world.Clock, NullLogger<Retention>.Instance).CollectAsync(CancellationToken.None);
            Assert.Equal(0, queries.FinishedJobCount());
        }

        await world.RestartAsync();
        await node.BeginAsync(holding);

        Assert.False(world.Node.HoldsStrangers);
        Assert.Equal(StrangerWish.Stop, Assert.Single(world.Node.Strangers).Value.Wish);
    }

    [Fact]
    public async Task Restart_of_the_same_store_holds_nothing()
    {
        await using var world = await MessagingWorld.StartAsync();
        var node = await world.Process().BeginAsync();
        var holding = await RunAsync(world, node);
        await world.RestartAsync();
        await node.BeginAsync(holding, holding with { ExecutionId = "e-unknown", Order = 0 });

        Assert.False(world.Node.HoldsStrangers);
        Assert.Equal(StrangerWish.Stop, world.Node.Strangers[new ExecutionId("e-unknown")].Wish);
        Assert.False(world.Snapshot.Executions[new ExecutionId(holding.ExecutionId)].IsEnded);
    }

    /// <summary>As <c>PUT /nodes/{id}</c> with <c>stop-held</c> does.</summary>
    private static Task<int> StopHeldAsync(MessagingWorld world) =>
        world.Store.RunAsync(context => NodeActions.StopHeld(context, world.Store.Writer.Store.Term, MessagingWorld.NodeId));

    /// <summary>Lets the node take an execution, and gives what the node lists of it from then on.</summary>
    private static async Task<Holding> RunAsync(MessagingWorld world, ScriptedNode node)
    {
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        var assignment = node.Batches.SelectMany(batch => batch.Instructions).Single(wish => wish.ExecutionId == execution.Id.Value && wish.Verb == "run").Assignment!;
        node.HighestTerm = world.Store.Writer.Store.Term;
        return MessagingWorld.Holding(execution) with { Amount = assignment.Amount, Order = assignment.Order, Term = assignment.Term };
    }
}
