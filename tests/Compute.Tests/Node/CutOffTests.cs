using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class CutOffTests
{
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task Program_is_stopped_after_so_much_silence_and_that_is_no_attempt()
    {
        await using var rig = await NodeRig.StartAsync();
        await StartProgramAsync(rig, stopAfter: 30);
        rig.Pass(TimeSpan.FromSeconds(60));
        Assert.False(rig.Machine.Processes[_first].Ended.IsCompleted);

        var process = rig.Machine.Processes[_first];
        rig.Link.IsCut = true;
        var cutAt = rig.Clock.GetUtcNow();
        await rig.PassUntilAsync(() => process.Ended.IsCompleted);
        Assert.InRange(rig.Clock.GetUtcNow() - cutAt, TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(31));
        rig.Link.IsCut = false;
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Interrupted, "Node:StoppedWhileCutOff", 143), (end.Kind, end.Problem!.Code, end.Output!.ExitCode));
    }

    [Fact]
    public async Task Program_whose_job_does_not_ask_for_that_runs_on()
    {
        await using var rig = await NodeRig.StartAsync();
        await StartProgramAsync(rig, stopAfter: null);
        rig.Link.IsCut = true;

        rig.Pass(TimeSpan.FromMinutes(10));

        Assert.False(rig.Machine.Processes[_first].Ended.IsCompleted);
    }

    [Fact]
    public async Task Program_that_outlived_a_restart_is_stopped_though_the_node_is_not_welcome()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await StartProgramAsync(rig, stopAfter: 30);
        var process = rig.Machine.Processes[_first];
        rig.Pass(TimeSpan.FromSeconds(20));
        await rig.CrashAsync();
        rig.Orchestrator.Greeting = _ => new Welcome { Refused = "tryAgain", Reason = "not now" };

        await rig.StartNodeAsync(connects: false);
        var startedAt = rig.Clock.GetUtcNow();
        await rig.PassUntilAsync(() => process.Ended.IsCompleted);
        Assert.InRange(rig.Clock.GetUtcNow() - startedAt, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(32));
        rig.Orchestrator.Greeting = null;
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Interrupted, "Node:StoppedWhileCutOff"), (end.Kind, end.Problem!.Code));
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Program_that_outlived_a_restart_is_stopped_though_its_job_was_not_on_the_disk_yet()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 3_600_000), stopAfter: 30));
        await rig.PassUntilAsync(() => rig.Machine.Processes.ContainsKey(_first));
        var process = rig.Machine.Processes[_first];
        await rig.CrashAsync();
        rig.Pass(TimeSpan.FromSeconds(1));
        rig.Workspace.Sweep(new HashSet<ExecutionId> { _first }, new HashSet<string>());
        var isBack = new TaskCompletionSource();
        rig.Orchestrator.SpecsAfter = isBack.Task;
        rig.Orchestrator.Greeting = _ => new Welcome { Refused = "tryAgain", Reason = "not now" };

        await rig.StartNodeAsync(connects: false);
        var startedAt = rig.Clock.GetUtcNow();
        await rig.PassUntilAsync(() => process.Ended.IsCompleted);

        Assert.InRange(rig.Clock.GetUtcNow() - startedAt, TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(37));
        isBack.SetResult();
        rig.Orchestrator.Greeting = null;
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Interrupted, "Node:StoppedWhileCutOff"), (end.Kind, end.Problem!.Code));
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Program_that_outlived_a_restart_runs_on_when_the_node_is_welcome_in_time()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await StartProgramAsync(rig, stopAfter: 30);
        await rig.CrashAsync();
        rig.Pass(TimeSpan.FromMinutes(5));

        await rig.StartNodeAsync();
        rig.Pass(TimeSpan.FromMinutes(5));

        Assert.False(rig.Machine.Processes[_first].Ended.IsCompleted);
    }

    [Fact]
    public async Task Program_that_was_to_stop_before_a_crash_is_stopped_after_it()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await StartProgramAsync(rig, stopAfter: null);
        var process = rig.Machine.Processes[_first];
        await rig.CrashAsync();
        rig.Orchestrator.Greeting = _ => new Welcome { Refused = "tryAgain", Reason = "not now" };
        await rig.StartNodeAsync(connects: false);
        await rig.Store.ChangeAsync(draft => draft.Put(draft.Find(_first)! with { IsStopAsked = true, AskRevision = 2 }));
        rig.Orchestrator.Greeting = null;

        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Stopped, 143), (end.Kind, end.Output!.ExitCode));
        Assert.True(process.Ended.IsCompleted);
        Assert.Empty(rig.Machine.Processes);
    }

    private static async Task StartProgramAsync(NodeRig rig, long? stopAfter)
    {
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 3_600_000), stopAfter: stopAfter));
        rig.Pass(TimeSpan.FromSeconds(10));
    }
}
