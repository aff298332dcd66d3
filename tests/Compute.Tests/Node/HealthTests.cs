using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class HealthTests
{
    private static readonly HealthCheckSpec _check = new() { Type = "tcp", Port = 80, Interval = 5, Timeout = 2, Retries = 2 };

    [Fact]
    public async Task Running_program_without_a_check_is_reported_healthy()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));

        rig.Pass(TimeSpan.FromSeconds(1));

        await rig.Orchestrator.WaitAsync(() => rig.Orchestrator.Reports.Any());
        Assert.True(Assert.Single(rig.Orchestrator.Reports).IsHealthy);
    }

    [Fact]
    public async Task First_check_that_passes_is_reported_and_what_follows_is_not()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(healthyFrom: 3000)));

        await rig.PassUntilAsync(() => rig.Orchestrator.Reports.Count() == 2);
        Assert.Equal([(2L, false), (3L, true)], rig.Orchestrator.Reports.Select(report => (report.ReportRevision, report.IsHealthy)));
        await PassAsync(rig, TimeSpan.FromSeconds(20));

        Assert.Equal(2, rig.Orchestrator.Reports.Count());
    }

    [Fact]
    public async Task Program_whose_checks_fail_in_a_row_is_stopped_and_fails()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(healthyUntil: 12_000)));

        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Health:Unhealthy", 4L), (end.Kind, end.Problem!.Code, end.ReportRevision));
        Assert.Contains("tcp check of port 80 failed 2 times in a row; the last time: The program hangs.", end.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(143, end.Output!.ExitCode);
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Program_that_is_never_ready_has_as_long_as_its_retries_take()
    {
        await using var rig = await NodeRig.StartAsync();
        var begun = rig.Clock.GetUtcNow();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(healthyFrom: 60_000)));

        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal("Health:Unhealthy", end.Problem!.Code);
        Assert.InRange(rig.Clock.GetUtcNow() - begun, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Checks_go_on_after_a_restart_of_the_node()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: true);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(healthyUntil: 12_000)));
        var process = rig.Machine.Processes[new ExecutionId("e-1")];
        rig.Pass(TimeSpan.FromSeconds(3));
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        Assert.Same(process, rig.Machine.Processes[new ExecutionId("e-1")]);
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal("Health:Unhealthy", end.Problem!.Code);
    }

    [Fact]
    public async Task Stop_that_was_asked_is_a_stop_though_the_checks_fail()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(healthyFrom: 60_000)));
        rig.Pass(TimeSpan.FromSeconds(3));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));

        Assert.Equal(ReportKind.Stopped, (await rig.PassToEndOfAsync("e-1")).Kind);
    }

    private static TaskSpec Task(int healthyFrom = 0, int healthyUntil = 3_600_000)
    {
        var task = NodeRig.Task(runForMillis: 3_600_000);
        return task with
        {
            HealthCheck = _check,
            Engine = task.Engine! with
            {
                Params = task.Engine.Params.AddRange(NodeRig.Parameters(("HealthyFromMillis", healthyFrom), ("HealthyUntilMillis", healthyUntil))),
            },
        };
    }

    private static Task PassAsync(NodeRig rig, TimeSpan time)
    {
        var end = rig.Clock.GetUtcNow() + time;
        return rig.PassUntilAsync(() => rig.Clock.GetUtcNow() >= end);
    }
}
