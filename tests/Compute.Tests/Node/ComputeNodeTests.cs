using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class ComputeNodeTests
{
    [Fact]
    public async Task Execution_runs_to_its_report_and_is_forgotten()
    {
        await using var rig = await NodeRig.StartAsync();

        var ack = await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(output: "hello\n", exitCode: 3)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.True(ack!.Applied);
        Assert.Equal((ReportKind.Completed, 3, "hello\n"), (end.Kind, end.Output!.ExitCode, System.Text.Encoding.UTF8.GetString(end.Output.Stdout)));
        Assert.NotEmpty(end.LogTail);

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));
        Assert.Empty(rig.Store.Current.Held);
        Assert.Empty(rig.Machine.Processes);
        Assert.Empty(rig.Workspace.Folders);
        Assert.Empty(rig.Workspace.Specs);
    }

    [Fact]
    public async Task Execution_costs_the_node_four_row_writes()
    {
        await using var rig = await NodeRig.StartAsync();
        var before = rig.Store.RowWrites;

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));

        Assert.Equal(4, rig.Store.RowWrites - before);
    }
}
