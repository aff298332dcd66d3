using Bacalhau.Compute.Node;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Compute.Tests.Node;

public sealed class NodeProtocolTests
{
    [Fact]
    public async Task Node_lists_what_it_holds_after_each_welcome()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));

        rig.Orchestrator.EndSession();
        rig.Pass(TimeSpan.FromSeconds(6));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count > 1);

        var list = rig.Orchestrator.Lists[^1];
        Assert.Equal(("s2", 0L, true), (list.Session, list.AppliedBatch, list.IsLast));
        var holding = Assert.Single(list.Items);
        Assert.Equal(("e-1", 1L, 2L, false, true), (holding.ExecutionId, holding.AskRevision, holding.ReportRevision, holding.IsEnded, holding.TakesRoom));
        Assert.Equal(rig.Orchestrator.Hellos[0].BootId, rig.Orchestrator.Hellos[1].BootId);
    }

    [Fact]
    public async Task Engine_that_could_not_be_swept_is_taken_back_before_the_list_so_that_nothing_is_given_to_it()
    {
        await using var rig = await NodeRig.StartAsync(connects: false, change: rig =>
        {
            rig.Engine.SweepProblem = "the daemon hangs";
            rig.Orchestrator.IsSilent = true;
        });
        rig.Pass(TimeSpan.FromSeconds(4));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count == 1);

        Assert.Equal(["fake"], rig.Orchestrator.Hellos[0].Facts!.Engines);
        Assert.Empty(rig.Orchestrator.Heartbeats[0].Facts!.Engines);
        Assert.Empty(rig.Orchestrator.Lists);

        rig.Orchestrator.IsSilent = false;
        rig.Pass(TimeSpan.FromSeconds(5));
        rig.Pass(TimeSpan.FromSeconds(1));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count == 1);
    }

    [Fact]
    public async Task Heartbeat_tells_the_batch_and_a_hash_that_the_other_side_can_make_too()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()), rig.Orchestrator.Run("e-2", NodeRig.Task(runForMillis: 60_000)));

        rig.Pass(TimeSpan.FromSeconds(5));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count > 0);

        var beat = rig.Orchestrator.Heartbeats[^1];
        Assert.Equal((1L, 0, 1), (beat.AppliedBatch, beat.UnackedReports, beat.RunningExecutions));
        Assert.Equal(HoldingHash.Of([("e-1", 1, 4), ("e-2", 1, 2)]), beat.HoldingsHash);
    }

    [Fact]
    public async Task Heartbeat_tells_how_far_a_preparation_is_until_it_is_over()
    {
        var input = new SlowInput();
        await using var rig = await NodeRig.StartAsync(change: rig => rig.InputSources = [input]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", SlowInput.Task()));
        input.Progress!.Report(new ExecutionProgress("fetching", 1, 9, "bytes"));
        input.Progress.Report(new ExecutionProgress("fetching", 5, 9, "bytes"));

        rig.Pass(TimeSpan.FromSeconds(5));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count == 1);
        input.Arrive();
        await rig.Orchestrator.EndOfAsync("e-1");
        rig.Pass(TimeSpan.FromSeconds(5));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count == 2);

        var note = Assert.Single(rig.Orchestrator.Heartbeats[0].Progress!);
        Assert.Equal(("e-1", new ExecutionProgress("fetching", 5, 9, "bytes")), (note.ExecutionId, note.Progress));
        Assert.Null(rig.Orchestrator.Heartbeats[1].Progress);
    }

    [Fact]
    public async Task Heartbeat_that_is_not_answered_holds_the_next_one_up_for_no_longer_than_its_turn()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.IsSilent = true;

        rig.Pass(TimeSpan.FromSeconds(11));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count == 2);
    }

    [Fact]
    public async Task List_is_sent_when_the_orchestrator_wants_it()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.WantsList = true;

        rig.Pass(TimeSpan.FromSeconds(6));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count == 2);
    }

    [Fact]
    public async Task List_that_is_not_answered_holds_no_sign_of_life_up_and_comes_again()
    {
        await using var rig = await NodeRig.StartAsync();
        LoseLists(rig.Hub, areLost: true);
        rig.Orchestrator.WantsList = true;

        rig.Pass(TimeSpan.FromSeconds(31));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count >= 5);
        Assert.Single(rig.Orchestrator.Lists);

        LoseLists(rig.Hub, areLost: false);
        rig.Pass(TimeSpan.FromSeconds(11));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count == 2);
    }

    [Fact]
    public async Task Node_whose_first_list_is_not_answered_gives_signs_of_life()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => LoseLists(rig.Hub, areLost: true), connects: false);

        rig.Pass(TimeSpan.FromSeconds(21));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count >= 3);
    }

    [Fact]
    public async Task List_is_sent_after_messages_were_dropped()
    {
        await using var rig = await NodeRig.StartAsync();

        rig.Link.TellDropped();
        rig.Pass(TimeSpan.FromSeconds(6));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count == 2);
    }

    [Fact]
    public async Task Batch_that_comes_twice_is_acknowledged_twice_and_done_once()
    {
        await using var rig = await NodeRig.StartAsync();
        var batch = new Batch { Number = 1, Instructions = [rig.Orchestrator.Run("e-1", NodeRig.Task())] };

        var first = await rig.Orchestrator.SendBatchAsync(batch);
        var second = await rig.Orchestrator.SendBatchAsync(batch);

        Assert.Equal((true, true), (first!.Applied, second!.Applied));
        await rig.Orchestrator.EndOfAsync("e-1");
        Assert.Single(rig.Orchestrator.EndsOf("e-1"));
    }

    [Fact]
    public async Task Batch_after_a_gap_is_answered_with_the_number_that_is_expected()
    {
        await using var rig = await NodeRig.StartAsync();

        var ack = await rig.Orchestrator.SendBatchAsync(new Batch { Number = 3, Instructions = [rig.Orchestrator.Run("e-1", NodeRig.Task())] });

        Assert.Equal((1L, false), (ack!.Number, ack.Applied));
        Assert.Empty(rig.Store.Current.Held);
    }

    [Fact]
    public async Task Batch_of_another_session_is_not_taken()
    {
        await using var rig = await NodeRig.StartAsync();

        var asking = rig.Orchestrator.SendBatchAsync(new Batch { Number = 1, Session = "other", Instructions = [rig.Orchestrator.Run("e-1", NodeRig.Task())] });
        rig.Pass(TimeSpan.FromSeconds(61));

        Assert.Null(await asking);
        Assert.Empty(rig.Store.Current.Held);
    }

    [Fact]
    public async Task Stop_of_something_unknown_leaves_a_tombstone_that_keeps_it_from_running_and_is_reported()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1", ask: 2));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(), ask: 1));

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
        Assert.Empty(rig.Orchestrator.SpecRequests);
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));
        Assert.Empty(rig.Store.Current.Held);
    }

    [Fact]
    public async Task Wish_that_is_not_newer_is_dropped()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000), ask: 5));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1", ask: 5), FakeOrchestrator.Forget("e-1", ask: 4));
        rig.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    [Fact]
    public async Task Stop_ends_the_program_keeps_its_output_and_shows_no_exit_code_0()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000, output: "so far\n")));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal(ReportKind.Stopped, end.Kind);
        Assert.NotEqual(0, end.Output!.ExitCode);
        Assert.Equal("so far\n", System.Text.Encoding.UTF8.GetString(end.Output.Stdout));
    }

    [Fact]
    public async Task Forgotten_execution_that_still_runs_ends_and_leaves_nothing()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));

        Assert.Empty(rig.Store.Current.Held);
        Assert.Empty(rig.Machine.Processes);
        Assert.Empty(rig.Workspace.Folders);
    }

    [Fact]
    public async Task Unknown_wish_is_rejected_with_a_reason_and_the_rest_is_done()
    {
        await using var rig = await NodeRig.StartAsync();

        var ack = await rig.Orchestrator.SendAsync(new Instruction { Verb = "dance", ExecutionId = "e-1", AskRevision = 1 }, rig.Orchestrator.Run("e-2", NodeRig.Task()));

        Assert.Equal("e-1", Assert.Single(ack!.Rejected).ExecutionId);
        await rig.Orchestrator.EndOfAsync("e-2");
    }

    [Fact]
    public async Task Report_is_sent_until_it_is_acknowledged()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.TakesReports = false;
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));
        rig.Pass(TimeSpan.FromSeconds(12));
        Assert.True(rig.Orchestrator.EndsOf("e-1").Count > 1);

        rig.Orchestrator.TakesReports = true;
        rig.Pass(TimeSpan.FromSeconds(6));
        var sent = rig.Orchestrator.EndsOf("e-1").Count;
        rig.Pass(TimeSpan.FromSeconds(30));

        Assert.Equal(sent, rig.Orchestrator.EndsOf("e-1").Count);
        Assert.All(rig.Orchestrator.EndsOf("e-1"), report => Assert.Equal(4, report.ReportRevision));
    }

    [Fact]
    public async Task Age_of_an_event_grows_until_it_is_sent()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.TakesReports = false;
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(failAt: "Run")));
        rig.Pass(TimeSpan.FromSeconds(12));

        var ages = rig.Orchestrator.EndsOf("e-1").Select(report => Assert.Single(report.Events).AgeMillis).ToList();

        Assert.Equal(0, ages[0]);
        Assert.True(ages[^1] >= 5000);
    }

    [Fact]
    public async Task Message_of_an_older_term_is_dropped_and_a_higher_term_is_saved_first()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.Term = 7;
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));
        Assert.Equal(7, rig.Store.Current.Memory.HighestTerm);

        rig.Orchestrator.Term = 6;
        var asking = rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-2", NodeRig.Task()));
        rig.Pass(TimeSpan.FromSeconds(61));

        Assert.Null(await asking);
        Assert.Equal(["e-1"], rig.Store.Current.Held.Keys.Select(id => id.Value));
    }

    [Fact]
    public async Task Message_of_another_cluster_is_dropped()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.Cluster = "cluster-2";

        var asking = rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));
        rig.Pass(TimeSpan.FromSeconds(61));

        Assert.Null(await asking);
    }

    [Fact]
    public async Task Orchestrator_of_another_cluster_ends_the_node_with_words()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.CrashAsync();
        rig.Orchestrator.Cluster = "cluster-2";

        await rig.StartNodeAsync(connects: false);

        Assert.Contains("--rejoin", (await Assert.ThrowsAsync<NodeRefusedException>(() => rig.Node.Completion)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_whose_id_is_in_use_elsewhere_ends_with_words_and_touches_nothing()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));
        await rig.CrashAsync();
        rig.Orchestrator.Greeting = _ => new Welcome { Refused = "inUse", Reason = "this node ID is in use on host a" };

        await rig.StartNodeAsync(connects: false);

        Assert.Contains("in use on host a", (await Assert.ThrowsAsync<NodeRefusedException>(() => rig.Node.Completion)).Message, StringComparison.Ordinal);
        Assert.Single(rig.Machine.Processes);
    }

    [Fact]
    public async Task Process_whose_place_another_one_has_taken_ends_its_work()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 3_600_000)));
        rig.Orchestrator.EndSession();
        rig.Orchestrator.Greeting = _ => new Welcome { Refused = "inUse", Reason = "this node ID is in use on host b" };
        rig.Pass(TimeSpan.FromSeconds(6));

        await Assert.ThrowsAsync<NodeRefusedException>(() => rig.Node.Completion);
        await rig.Node.StopAsync();

        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Node_that_is_not_approved_yet_asks_again()
    {
        await using var rig = await NodeRig.StartAsync(
            change: rig => rig.Orchestrator.Greeting = _ => new Welcome { Refused = "notApproved", Reason = "wait" }, connects: false);
        rig.Orchestrator.Greeting = null;

        rig.Pass(TimeSpan.FromSeconds(1));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Lists.Count > 0);
    }

    [Fact]
    public async Task Hello_tells_the_highest_term_ever_seen()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Orchestrator.Term = 9);
        await rig.CrashAsync();

        await rig.StartNodeAsync();

        Assert.Equal([0L, 9L], rig.Orchestrator.Hellos.Select(hello => hello.HighestTerm));
        Assert.NotEqual(rig.Orchestrator.Hellos[0].BootId, rig.Orchestrator.Hellos[1].BootId);
    }

    [Fact]
    public async Task Engine_that_comes_and_goes_changes_the_facts()
    {
        await using var rig = await NodeRig.StartAsync();
        Assert.Equal(["fake"], rig.Orchestrator.Hellos[0].Facts.Engines);
        rig.Engine.Unavailable = "the daemon is away";

        rig.Pass(TimeSpan.FromSeconds(66));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Any(beat => beat.Facts is not null));

        var news = Assert.Single(rig.Orchestrator.Heartbeats, beat => beat.Facts is not null);
        Assert.Empty(news.Facts!.Engines);
    }

    [Fact]
    public async Task Ping_is_answered_with_the_process()
    {
        await using var rig = await NodeRig.StartAsync();

        Assert.Equal(rig.Orchestrator.Hellos[0].BootId, (await rig.Orchestrator.PingAsync())!.BootId);
    }

    private static void LoseLists(MemoryHub hub, bool areLost) =>
        hub.Route = delivery => areLost && delivery.Subject.EndsWith(".list", StringComparison.Ordinal) ? [] : [TimeSpan.Zero];
}
