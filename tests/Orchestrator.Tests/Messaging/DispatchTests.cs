using System.Text;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Messaging.MessagingWorld;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class DispatchTests
{
    [Fact]
    public async Task Placed_execution_is_sent_and_acknowledged_without_a_write()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        var rows = world.Store.Writer.RowsWritten;
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);

        var run = Assert.Single(Assert.Single(node.Batches).Instructions);
        Assert.Equal(("run", execution.Id.Value), (run.Verb, run.ExecutionId));
        Assert.Equal(execution.Job.Value, run.Assignment!.JobId);
        Assert.Equal(rows, world.Store.Writer.RowsWritten);
    }

    [Fact]
    public async Task Batch_is_sent_again_unchanged_until_it_is_acknowledged()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var tries = 0;
        node.OnBatch = batch => ++tries < 3 ? null : new BatchAck { Number = batch.Number, Applied = true };
        await world.PlaceAsync(2);
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty, TimeSpan.FromSeconds(1));

        Assert.Equal(3, node.Batches.Count);
        Assert.All(node.Batches, batch => Assert.Equal(1, batch.Number));
        Assert.All(node.Batches, batch => Assert.Equal(2, batch.Instructions.Length));
    }

    [Fact]
    public async Task Batches_are_cut_by_number_and_leave_one_after_the_other()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        await world.PlaceAsync(600);
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);

        Assert.Equal(Enumerable.Range(1, node.Batches.Count).Select(n => (long)n), node.Batches.Select(batch => batch.Number));
        Assert.All(node.Batches, batch => Assert.True(batch.Instructions.Length <= world.Options.BatchSize));
        Assert.Equal(600, node.Verbs.Count());
    }

    [Fact]
    public async Task Full_disk_of_a_node_delays_the_batch()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var tries = 0;
        node.OnBatch = batch => ++tries < 2 ? new BatchAck { Number = batch.Number, Reason = "disk full" } : new BatchAck { Number = batch.Number, Applied = true };
        await world.PlaceAsync();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty, TimeSpan.FromSeconds(1));

        Assert.Equal(2, node.Batches.Count);
    }

    [Fact]
    public async Task Batch_of_an_old_session_is_not_sent_to_the_new_process()
    {
        await using var world = await StartAsync();
        var first = await world.Process("boot-1").BeginAsync();
        first.OnBatch = _ => null;
        var execution = (await world.PlaceAsync()).Single();
        await first.DisposeAsync();
        var second = await world.Process("boot-2").BeginAsync();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty, TimeSpan.FromSeconds(1));

        Assert.Equal(1, Assert.Single(second.Batches).Number);
        Assert.Equal(execution.Id.Value, Assert.Single(second.Batches[0].Instructions).ExecutionId);
    }

    [Fact]
    public async Task Wish_that_a_node_can_never_take_is_not_sent_again()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        node.OnBatch = batch => new BatchAck
        {
            Number = batch.Number,
            Applied = true,
            Rejected = [.. batch.Instructions.Where(i => i.Verb == "run").Select(i => new Rejection { ExecutionId = i.ExecutionId, Revision = i.AskRevision, Reason = "no" })],
        };
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(snapshot => !snapshot.Executions.ContainsKey(execution.Id));

        Assert.Equal(["run", "forget"], node.Verbs);
    }

    [Fact]
    public async Task Execution_ends_by_a_report_and_is_forgotten_by_its_node()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        var ack = await node.ReportAsync(Report(execution, ReportKind.Completed));
        await world.UntilAsync(snapshot => !snapshot.Executions.ContainsKey(execution.Id));

        Assert.Empty(ack!.Rejected);
        var forget = node.Batches[^1].Instructions.Single();
        Assert.Equal(("forget", true), (forget.Verb, forget.ResultAccepted));
        Assert.Equal(ExecutionState.Completed, (await world.Store.RunAsync(context => context.Lookup.Execution(execution.Id)))!.Execution.State);
    }

    [Fact]
    public async Task Report_that_comes_twice_or_late_changes_nothing()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        node.OnBatch = batch => batch.Instructions.Any(i => i.Verb == "forget") ? null : new BatchAck { Number = batch.Number, Applied = true };
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        await node.ReportAsync(Report(execution, ReportKind.Completed, revision: 2));
        var rows = world.Store.Writer.RowsWritten;
        var twice = await node.ReportAsync(Report(execution, ReportKind.Completed, revision: 2));
        var late = await node.ReportAsync(Report(execution, ReportKind.Running, revision: 1));

        Assert.Empty(twice!.Rejected);
        Assert.Empty(late!.Rejected);
        Assert.Equal(rows, world.Store.Writer.RowsWritten);
        Assert.Equal(ExecutionState.Completed, world.Snapshot.Executions[execution.Id].State);
    }

    [Fact]
    public async Task Report_of_what_nobody_knows_is_rejected_for_good()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var ack = await node.ReportAsync(new ExecutionReport { ExecutionId = "e-x", ReportRevision = 1, Kind = ReportKind.Stopped });

        Assert.Equal("e-x", Assert.Single(ack!.Rejected).ExecutionId);
    }

    [Fact]
    public async Task Node_hears_nothing_of_other_nodes_executions()
    {
        await using var world = await StartAsync();
        await world.Process().BeginAsync();
        var other = await world.Process("boot-9", "n-2").BeginAsync();
        var execution = (await world.PlaceAsync()).Single();

        Assert.NotEqual("", (await other.SpecAsync(execution.Id.Value, execution.Job.Value))!.Refused);
        Assert.False((await other.GrantAsync(execution.Id.Value))!.Granted);
        Assert.Single((await other.ReportAsync(Report(execution, ReportKind.Completed)))!.Rejected);
        Assert.Empty(other.Batches);
    }

    [Fact]
    public async Task Spec_is_given_in_pieces_to_the_node_that_has_an_execution_of_it()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        var piece = await node.SpecAsync(execution.Id.Value, execution.Job.Value);
        var rest = await node.SpecAsync(execution.Id.Value, execution.Job.Value, offset: 3);

        Assert.Equal("1 sample", Encoding.UTF8.GetString(piece!.Bytes));
        Assert.True(piece.IsEnd);
        Assert.Equal(8, piece.Total);
        Assert.Equal("ample", Encoding.UTF8.GetString(rest!.Bytes));
    }

    [Fact]
    public async Task Grant_is_given_for_the_current_execution_and_stored()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        var grant = await node.GrantAsync(execution.Id.Value);

        Assert.True(grant!.Granted);
        Assert.Equal(60_000, grant.GrantMillis);
        Assert.Equal(ExecutionState.Publishing, (await world.Store.RunAsync(context => context.Lookup.Execution(execution.Id)))!.Execution.State);
    }

    [Fact]
    public async Task Grant_that_may_have_been_renewed_before_a_restart_holds_back_a_replacement_for_its_whole_length_after_it()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await node.GrantAsync(execution.Id.Value);
        world.Clock.Advance(TimeSpan.FromSeconds(50));
        await node.GrantAsync(execution.Id.Value);
        await world.RestartAsync();

        Assert.Equal(world.Clock.GetUtcNow() + Grants.Length, world.Snapshot.Executions[execution.Id].GrantUntil);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_failed_run_has_published_is_kept(bool isPublished)
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        await node.ReportAsync(Report(execution, ReportKind.Failed, revision: 3) with { PublishedResult = isPublished ? new PublishedResult { Type = "local" } : null });
        await world.UntilAsync(_ => node.Verbs.Contains("forget"));

        Assert.Equal(isPublished, node.Batches[^1].Instructions.Single(instruction => instruction.Verb == "forget").ResultAccepted);
    }

    [Fact]
    public async Task Goodbye_puts_what_was_stopped_back_in_the_queue()
    {
        await using var world = await StartAsync();
        var node = await world.Process().BeginAsync();
        var execution = (await world.PlaceAsync()).Single();
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty);
        await node.GoodbyeAsync(execution.Id.Value);

        Assert.Equal(0, world.Node.Used.CpuMillis);
        Assert.True(world.Snapshot.Jobs[execution.Job].Retries.ContainsKey(0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Doubled_late_and_reordered_messages_are_harmless(int seed)
    {
        await using var world = await StartAsync();
        var random = new Random(seed);
        var node = await world.Process().BeginAsync();
        world.Hub.Route = delivery => random.Next(4) switch
        {
            0 => [TimeSpan.FromMilliseconds(random.Next(1, 4000)), TimeSpan.Zero],
            1 when delivery.Subject.EndsWith(".in", StringComparison.Ordinal) => [],
            _ => [TimeSpan.FromMilliseconds(random.Next(1, 300))],
        };
        long applied = 0;
        node.OnBatch = batch => new BatchAck { Number = Math.Min(batch.Number, applied + 1), Applied = (applied = batch.Number == applied + 1 ? batch.Number : applied) >= batch.Number };
        var executions = await world.PlaceAsync(40);
        await world.UntilAsync(_ => world.Node.Outbox.IsEmpty, TimeSpan.FromMilliseconds(100));

        Assert.Equal(
            executions.Select(execution => execution.Id.Value).Order(),
            node.Batches.SelectMany(batch => batch.Instructions).Select(i => i.ExecutionId).Distinct().Order());
        Assert.All(world.Snapshot.Executions.Values, execution => Assert.Equal(1, execution.AckedRevision));
    }
}
