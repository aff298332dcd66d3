using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Nodes;

namespace Bacalhau.Compute.Tests.Node;

public sealed class FullDiskTests
{
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task Full_disk_refuses_new_work_with_words_and_harms_nothing_that_runs()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000)));
        rig.FillDisk(isFull: true);

        var ack = await rig.Orchestrator.SendAsync(Big());
        rig.Pass(TimeSpan.FromSeconds(6));

        Assert.False(ack!.Applied);
        Assert.Contains("full", ack.Reason, StringComparison.Ordinal);
        Assert.Equal(["e-1"], rig.Machine.Processes.Keys.Select(id => id.Value));
        rig.FillDisk(isFull: false);
        rig.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    [Fact]
    public async Task Batch_that_found_no_room_is_taken_when_it_comes_again_and_there_is_some()
    {
        await using var rig = await NodeRig.StartAsync();
        var batch = new Batch { Number = 1, Instructions = [Big()] };
        rig.FillDisk(isFull: true);
        Assert.False((await rig.Orchestrator.SendBatchAsync(batch))!.Applied);
        rig.FillDisk(isFull: false);

        Assert.True((await rig.Orchestrator.SendBatchAsync(batch))!.Applied);

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-2")).Kind);
    }

    [Fact]
    public async Task Node_is_well_again_as_soon_as_something_can_be_saved()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.FillDisk(isFull: true);
        await rig.Orchestrator.SendAsync(Big());
        Assert.NotEqual("", rig.Store.Trouble);

        rig.FillDisk(isFull: false);
        rig.Pass(TimeSpan.FromSeconds(6));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Count > 0);

        Assert.Equal(("", ""), (rig.Orchestrator.Heartbeats[^1].Unwell, rig.Store.Trouble));
    }

    [Fact]
    public async Task Execution_whose_start_cannot_be_saved_is_interrupted_and_not_started()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Engine = new FakeEngine(rig.Machine, rig.Clock, task =>
        {
            // The engine is asked after the execution was taken in, and before it starts.
            rig.RefuseWrites(isRefused: true);
            return FakeProgram.FromParameters(task);
        }));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000)));
        rig.Pass(TimeSpan.FromSeconds(4));
        rig.RefuseWrites(isRefused: false);
        rig.Pass(TimeSpan.FromSeconds(4));

        var end = await rig.Orchestrator.EndOfAsync("e-1");
        Assert.Equal((ReportKind.Interrupted, "Node:NotSaved"), (end.Kind, end.Problem?.Code));
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task End_that_finds_no_room_gives_up_what_the_execution_has_left()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000, output: "told\n")));
        var before = rig.Workspace.TimesCleared;
        rig.RefuseWrites(isRefused: true);
        rig.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal(before + 1, rig.Workspace.TimesCleared);
        rig.RefuseWrites(isRefused: false);
        rig.Pass(TimeSpan.FromSeconds(3));
        var end = await rig.Orchestrator.EndOfAsync("e-1");
        Assert.Equal((ReportKind.Completed, false), (end.Kind, end.LogTail.Length == 0));
        Assert.Empty(rig.Store.Current.Find(_first)!.End!.LogTail);
    }

    [Fact]
    public async Task Failed_publication_whose_end_finds_no_room_gives_up_the_results()
    {
        await using var rig = await StartPublishingAsync(fails: true);

        Assert.Equal(0, rig.Workspace.ResultsOf(_first)!.Bytes);
        rig.RefuseWrites(isRefused: false);
        rig.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal((ReportKind.Failed, "Fake:Full"), await EndOfFirstAsync(rig));
    }

    [Fact]
    public async Task Results_that_were_given_up_are_not_published_by_the_next_start()
    {
        await using var rig = await StartPublishingAsync(fails: true);
        await rig.CrashAsync();
        rig.Publisher = new FakePublisher();

        await rig.StartNodeAsync();

        Assert.Equal((ReportKind.Failed, "Results:Lost"), await EndOfFirstAsync(rig));
        Assert.Empty(rig.Publisher.Published);
    }

    [Fact]
    public async Task Published_results_whose_end_finds_no_room_are_published_again_by_the_next_start()
    {
        await using var rig = await StartPublishingAsync(fails: false);
        Assert.Equal(5, rig.Workspace.ResultsOf(_first)!.Bytes);
        await rig.CrashAsync();
        rig.Publisher = new FakePublisher();

        await rig.StartNodeAsync();

        Assert.Equal((ReportKind.Completed, null), await EndOfFirstAsync(rig));
        Assert.Equal([_first], rig.Publisher.Published);
    }

    [Theory]
    [InlineData(30, ReportKind.Completed, null)]
    [InlineData(70, ReportKind.Failed, "Node:NotSaved")]
    public async Task Results_wait_for_a_minute_for_room_to_be_published(int fullForSeconds, ReportKind kind, string? code)
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000, publishes: true)));
        rig.RefuseWrites(isRefused: true);
        rig.Pass(TimeSpan.FromSeconds(fullForSeconds));
        rig.RefuseWrites(isRefused: false);
        rig.Pass(TimeSpan.FromSeconds(3));

        Assert.Equal((kind, code), await EndOfFirstAsync(rig));
        Assert.Equal(kind == ReportKind.Completed, rig.Publisher.Published.Contains(_first));
    }

    [Fact]
    public async Task Results_of_a_stranger_are_kept_where_its_end_finds_no_room()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, cancellation) => CutAsync(rig, cancellation)));
        await StartFirstAsync(rig);
        rig.Pass(TimeSpan.FromSeconds(2));
        var before = rig.Workspace.TimesCleared;

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1") with { KeepMillis = 3_600_000 });

        await rig.PassUntilAsync(() => rig.Workspace.TimesCleared > before);
        Assert.Equal(5, rig.Workspace.ResultsOf(_first)!.Bytes);
    }

    /// <summary>A node whose first execution has been published, or not, and whose end cannot be saved.</summary>
    private static async Task<NodeRig> StartPublishingAsync(bool fails)
    {
        var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, _) =>
        {
            rig.RefuseWrites(isRefused: true);
            return fails ? throw new EngineException(new ExecutionProblem("Fake:Full", "no room"), isRefusal: true) : Task.CompletedTask;
        }));
        await StartFirstAsync(rig);
        var before = rig.Workspace.TimesCleared;
        await rig.PassUntilAsync(() => rig.Workspace.TimesCleared > before);
        return rig;
    }

    private static async Task StartFirstAsync(NodeRig rig)
    {
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000, publishes: true)));
        rig.Workspace.ResultsOf(_first)!.Bytes = 5;
    }

    private static async Task<(ReportKind Kind, string? Code)> EndOfFirstAsync(NodeRig rig)
    {
        var end = await rig.PassToEndOfAsync("e-1");
        return (end.Kind, end.Problem?.Code);
    }

    /// <summary>Publishes without end; the disk is full from when that is given up.</summary>
    private static Task CutAsync(NodeRig rig, CancellationToken cancellation)
    {
        var cut = new TaskCompletionSource();
        cancellation.Register(() =>
        {
            rig.RefuseWrites(isRefused: true);
            cut.TrySetCanceled(cancellation);
        });
        return cut.Task;
    }

    /// <summary>A wish that needs more room than what is left in the pages that there are.</summary>
    private static Instruction Big() => FakeOrchestrator.Stop("e-2") with { Reason = new string('x', 200_000) };
}
