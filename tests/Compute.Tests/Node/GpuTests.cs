using Bacalhau.Compute.Gpus;
using Bacalhau.Core;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class GpuTests
{
    private static readonly ResourceAmount _one = new(100, 1000, 0, 1);

    [Fact]
    public async Task No_device_is_given_twice_while_it_is_in_use()
    {
        await using var rig = await StartAsync(2);
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"), Run(rig, "e-3"));

        Assert.Equal(ReportKind.NoRoom, (await rig.Orchestrator.EndOfAsync("e-3")).Kind);
        Assert.Equal(["GPU-0"], GpusOf(rig, "e-1"));
        Assert.Equal(["GPU-1"], GpusOf(rig, "e-2"));
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.SendAsync(Run(rig, "e-4"));

        Assert.Equal(["GPU-0"], GpusOf(rig, "e-4"));
    }

    [Fact]
    public async Task Program_that_asks_for_none_gets_none()
    {
        await using var rig = await StartAsync(2);
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000)));

        Assert.Empty(GpusOf(rig, "e-1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Devices_are_kept_over_a_restart_of_the_node(bool outlivesNode)
    {
        await using var rig = await StartAsync(3, outlivesNode);
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"));
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        await rig.Orchestrator.EndOfAsync("e-1");
        rig.Pass(TimeSpan.FromSeconds(10));
        await rig.CrashAsync();

        await rig.StartNodeAsync();
        await rig.Orchestrator.SendAsync(Run(rig, "e-3"), Run(rig, "e-4"));
        await rig.PassUntilAsync(() => rig.Machine.Processes.Count == 3);

        Assert.Equal(["GPU-1"], GpusOf(rig, "e-2"));
        Assert.Equal(["GPU-0"], GpusOf(rig, "e-3"));
        Assert.Equal(["GPU-2"], GpusOf(rig, "e-4"));
    }

    private static Task<NodeRig> StartAsync(int gpus, bool outlivesNode = true) => NodeRig.StartAsync(
        outlivesNode, rig => rig.Gpus = [.. Enumerable.Range(0, gpus).Select(i => new GpuDevice($"GPU-{i}", GpuVendor.Nvidia, "T4", 15360, []))]);

    private static Instruction Run(NodeRig rig, string execution) => rig.Orchestrator.Run(execution, NodeRig.Task(runForMillis: 60_000), _one);

    private static IEnumerable<string> GpusOf(NodeRig rig, string execution) => rig.Machine.Processes[new ExecutionId(execution)].Run.Gpus.Select(gpu => gpu.Id);
}
