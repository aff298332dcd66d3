using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class PreparationTests
{
    private readonly SlowInput input = new();

    [Fact]
    public async Task Preparation_that_takes_longer_than_its_task_allows_is_a_failed_attempt_even_if_bytes_flow()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.InputSources = [input]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", SlowInput.Task(new TimeoutConfig { PrepareTimeout = 600 })));
        for (var minute = 1; minute < 10; minute++)
        {
            rig.Pass(TimeSpan.FromMinutes(1));
            input.Progress!.Report(new ExecutionProgress("fetching", minute, 100, "bytes"));
        }

        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        rig.Pass(TimeSpan.FromMinutes(1));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Node:PrepareTimeout"), (end.Kind, end.Problem!.Code));
    }

    [Fact]
    public async Task Preparation_without_a_byte_for_five_minutes_is_a_failed_attempt()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.InputSources = [input]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", SlowInput.Task()));
        rig.Pass(TimeSpan.FromMinutes(4));
        input.Progress!.Report(new ExecutionProgress("fetching", 1, 100, "bytes"));

        rig.Pass(TimeSpan.FromMinutes(4));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        rig.Pass(TimeSpan.FromMinutes(1));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Node:PrepareStalled"), (end.Kind, end.Problem!.Code));
    }

    [Fact]
    public async Task Stop_ends_a_preparation_at_once()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.InputSources = [input]);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", SlowInput.Task()));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Input_is_told_which_partition_it_is_for_and_what_room_there_is()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.InputSources = [input]);
        var run = rig.Orchestrator.Run("e-1", SlowInput.Task());

        await rig.Orchestrator.SendAsync(run with { Assignment = run.Assignment! with { Partition = 2, Count = 3, Amount = new(100, 1000, 5000, 0) } });

        Assert.Equal((2, 3, 5000), (input.Request!.Partition, input.Request.PartitionCount, input.Request.MostBytes));
    }
}
