using System.Text;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class ResultLimitTests
{
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task Program_whose_results_grow_beyond_its_disk_is_ended_within_a_second_and_fails()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(runForMillis: 3_600_000), Disk(1000)));
        rig.Pass(TimeSpan.FromSeconds(3));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));

        rig.Workspace.ResultsOf(_first)!.Bytes = 1001;
        rig.Pass(TimeSpan.FromSeconds(1));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Results:TooLarge"), (end.Kind, end.Problem!.Code));
        Assert.Contains("1001 bytes with the output, and at most 1000 bytes are allowed (Resources.Disk of the task)", end.Problem.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, end.Output!.ExitCode);
        Assert.Empty(rig.Machine.Processes);
        Assert.Empty(rig.Publisher.Published);
    }

    [Fact]
    public async Task Results_that_are_too_large_at_the_end_are_not_published()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(output: new string('x', 11)), Disk(10)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Results:TooLarge"), (end.Kind, end.Problem!.Code));
        Assert.Equal(0, rig.Publisher.Attempts);
        Assert.Equal(11, Encoding.UTF8.GetString(end.Output!.Stdout).Length);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(0)]
    public async Task Results_within_the_limit_are_published(long disk)
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(output: new string('x', 10)), Disk(disk)));

        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    [Fact]
    public async Task Task_that_asks_for_no_disk_has_the_limit_of_its_node()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Limits = new() { ResultBytes = 500 });
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", Task(runForMillis: 3_600_000)));

        rig.Workspace.ResultsOf(_first)!.Bytes = 501;
        rig.Pass(TimeSpan.FromSeconds(1));

        Assert.Contains("Compute.Results.MaxSize", (await rig.Orchestrator.EndOfAsync("e-1")).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_of_a_task_that_keeps_no_results_is_not_limited_by_its_disk()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(output: new string('x', 100)), Disk(10)));

        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    private static ResourceAmount Disk(long bytes) => new(100, 1000, bytes, 0);

    private static TaskSpec Task(int runForMillis = 0, string output = "") => NodeRig.Task(runForMillis, output: output, publishes: true) with
    {
        ResultPaths = [new ResultPath { Name = "outputs", Path = "/outputs" }],
    };
}
