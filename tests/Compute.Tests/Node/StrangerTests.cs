using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>Executions that the orchestrator's store does not know.</summary>
public sealed class StrangerTests
{
    private static readonly TimeSpan _day = TimeSpan.FromHours(24);
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task Published_result_is_kept_for_the_time_that_the_orchestrator_names_and_then_withdrawn()
    {
        await using var rig = await NodeRig.StartAsync();
        await PublishAsync(rig);

        await rig.Orchestrator.SendAsync(Unknown(ask: 2));
        Advance(rig, _day - TimeSpan.FromMinutes(2));
        Assert.Equal([_first], rig.Publisher.Published);
        Advance(rig, TimeSpan.FromMinutes(4));

        Assert.Empty(rig.Publisher.Published);
        Assert.True(rig.Store.Current.Find(_first) is { IsEnded: true, KeptUntil: 0 });
    }

    [Fact]
    public async Task Time_goes_on_over_restarts_of_both_sides()
    {
        await using var rig = await NodeRig.StartAsync();
        await PublishAsync(rig);
        await rig.Orchestrator.SendAsync(Unknown(ask: 2));
        Advance(rig, _day / 2);

        await rig.CrashAsync();
        await rig.StartNodeAsync();
        await rig.Orchestrator.SendAsync(Unknown(ask: 4));
        Assert.Equal([_first], rig.Publisher.Published);
        Advance(rig, (_day / 2) + TimeSpan.FromMinutes(2));

        Assert.Empty(rig.Publisher.Published);
    }

    [Fact]
    public async Task What_a_stopped_program_has_left_is_kept_as_long()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 3_600_000, publishes: true)));
        rig.Workspace.ResultsOf(_first)!.Bytes = 5;

        await rig.Orchestrator.SendAsync(Unknown(ask: 2));
        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
        Assert.Equal(5, rig.Workspace.ResultsOf(_first)!.Bytes);
        Advance(rig, _day + TimeSpan.FromMinutes(2));

        Assert.Equal(0, rig.Workspace.ResultsOf(_first)!.Bytes);
    }

    [Fact]
    public async Task Results_of_an_execution_that_the_store_knows_are_kept_until_it_is_forgotten()
    {
        await using var rig = await NodeRig.StartAsync();
        await PublishAsync(rig);

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        Advance(rig, _day * 2);

        Assert.Equal([_first], rig.Publisher.Published);
    }

    private static async Task PublishAsync(NodeRig rig)
    {
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        await rig.Orchestrator.EndOfAsync("e-1");
    }

    private static Instruction Unknown(long ask) => FakeOrchestrator.Stop("e-1", ask) with { KeepMillis = (long)_day.TotalMilliseconds };

    /// <summary>Lets time pass in minutes, which is how often the node looks.</summary>
    private static void Advance(NodeRig rig, TimeSpan time)
    {
        for (var step = TimeSpan.FromMinutes(1); time > TimeSpan.Zero; time -= step)
        {
            rig.Clock.Advance(step);
        }
    }
}
