using Bacalhau.Compute.Node;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class NodeRestartTests
{
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task Program_that_outlived_a_crash_of_the_node_is_taken_up()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000, output: "once\n") with { ResultPaths = [new ResultPath { Name = "out", Path = "/out" }] }));
        var process = rig.Machine.Processes[_first];
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        Assert.Same(process, rig.Machine.Processes[_first]);
        rig.Pass(TimeSpan.FromSeconds(10));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Completed, "once\n"), (end.Kind, System.Text.Encoding.UTF8.GetString(end.Output!.Stdout)));
        Assert.Equal(1, rig.Workspace.ResultsOf(_first)!.TimesCreated);
    }

    [Fact]
    public async Task Program_that_ended_with_the_node_is_run_again_in_place_with_clean_results()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: false);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000, output: "once\n") with { ResultPaths = [new ResultPath { Name = "out", Path = "/out" }] }));
        rig.Pass(TimeSpan.FromSeconds(5));
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        rig.Pass(TimeSpan.FromSeconds(9));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        rig.Pass(TimeSpan.FromSeconds(1));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Completed, "once\n"), (end.Kind, System.Text.Encoding.UTF8.GetString(end.Output!.Stdout)));
        Assert.Equal(2, rig.Workspace.ResultsOf(_first)!.TimesCreated);
    }

    [Theory]
    [InlineData(2, 7)]
    [InlineData(6, 137)]
    public async Task Stop_that_comes_before_the_job_is_known_again_waits_a_while_for_how_to_stop_it(int specAfterSeconds, int exitCode)
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        var task = NodeRig.Task() with
        {
            Engine = new SpecConfig { Type = "fake", Params = NodeRig.Parameters(("RunForMillis", 600_000), ("LingerMillis", 3000), ("ExitCode", 7)) },
        };
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", task));
        var process = rig.Machine.Processes[_first];
        var specs = new TaskCompletionSource();
        rig.Orchestrator.SpecsAfter = specs.Task;
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        rig.Pass(TimeSpan.FromSeconds(specAfterSeconds));
        specs.SetResult();
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Stopped, exitCode), (end.Kind, (await process.Ended).ExitCode));
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Time_limit_counts_the_time_before_a_crash()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000, timeout: 10)));
        rig.Pass(TimeSpan.FromSeconds(8));
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        rig.Pass(TimeSpan.FromSeconds(3));

        Assert.True((await rig.Orchestrator.EndOfAsync("e-1")).TimedOut);
    }

    [Fact]
    public async Task End_that_was_saved_but_not_acknowledged_is_reported_after_a_crash()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.TakesReports = false;
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(exitCode: 5)));
        await rig.CrashAsync();
        rig.Orchestrator.TakesReports = true;
        var before = rig.Orchestrator.EndsOf("e-1").Count;

        await rig.StartNodeAsync();
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.EndsOf("e-1").Count > before);

        Assert.Equal(5, rig.Orchestrator.EndsOf("e-1")[^1].Output!.ExitCode);
    }

    [Fact]
    public async Task Execution_in_line_keeps_its_place_over_a_crash()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000), NodeRig.Capacity),
            rig.Orchestrator.Run("e-3", NodeRig.Task(runForMillis: 1000), NodeRig.Capacity, inLine: true),
            rig.Orchestrator.Run("e-2", NodeRig.Task(runForMillis: 1000), NodeRig.Capacity, inLine: true));
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        Assert.Equal(["e-1"], rig.Machine.Processes.Keys.Select(id => id.Value));
        rig.Pass(TimeSpan.FromSeconds(10));
        await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal(["e-3"], rig.Machine.Processes.Keys.Select(id => id.Value));
    }

    [Fact]
    public async Task Orphans_are_swept_at_the_start()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));
        await rig.Store.ChangeAsync(draft => draft.Remove(_first));
        await rig.CrashAsync();

        await rig.StartNodeAsync();

        Assert.Empty(rig.Machine.Processes);
        Assert.Empty(rig.Workspace.Folders);
        Assert.Empty(rig.Workspace.Specs);
    }

    [Fact]
    public async Task Engine_that_was_away_at_the_start_is_swept_before_it_is_said_to_work()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 600_000)));
        await rig.Store.ChangeAsync(draft => draft.Remove(_first));
        await rig.CrashAsync();
        rig.Engine.Unavailable = "the daemon is away";
        await rig.StartNodeAsync();
        Assert.Single(rig.Machine.Processes);

        rig.Engine.Unavailable = null;
        rig.Pass(TimeSpan.FromSeconds(66));
        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Heartbeats.Any(beat => beat.Facts?.Engines.Contains("fake") == true));

        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Stop_that_leaves_programs_running_says_goodbye_and_keeps_them()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));

        await rig.Node.StopAsync();

        Assert.Empty(Assert.Single(rig.Orchestrator.Goodbyes).Stopped);
        Assert.Equal(HeldPhase.Running, rig.Store.Current.Find(_first)!.Phase);
        Assert.False(rig.Machine.Processes[_first].Ended.IsCompleted);
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
    }

    [Fact]
    public async Task Stop_that_ends_everything_reports_it_interrupted_and_names_it_in_the_goodbye()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.OnStop = OnStop.Stop);
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000), NodeRig.Capacity),
            rig.Orchestrator.Run("e-2", NodeRig.Task(runForMillis: 60_000), NodeRig.Capacity, inLine: true));

        await rig.Node.StopAsync();

        Assert.Equal(["e-1", "e-2"], Assert.Single(rig.Orchestrator.Goodbyes).Stopped);
        Assert.Equal(ReportKind.Interrupted, Assert.Single(rig.Orchestrator.EndsOf("e-1")).Kind);
        Assert.Equal(ReportKind.Interrupted, Assert.Single(rig.Orchestrator.EndsOf("e-2")).Kind);
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Stop_ends_also_while_nobody_answers()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.OnStop = OnStop.Stop);
        rig.Link.IsCut = true;

        var stopping = rig.Node.StopAsync();
        rig.Pass(TimeSpan.FromSeconds(10));

        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
