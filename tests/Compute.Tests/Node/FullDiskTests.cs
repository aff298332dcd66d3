using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class FullDiskTests
{
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

    /// <summary>A wish that needs more room than what is left in the pages that there are.</summary>
    private static Instruction Big() => FakeOrchestrator.Stop("e-2") with { Reason = new string('x', 200_000) };
}
