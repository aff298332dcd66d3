using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class LateCompletionTests
{
    private readonly ClusterWorld world = new(seed: 1);

    /// <summary>Found by the simulation, seed 27: it ran once more, and had two results.</summary>
    [Fact]
    public void What_completes_before_it_is_moved_counts()
    {
        var node = world.AddNode();
        var job = world.Submit();
        world.Settle();
        var execution = world.Snapshot.Jobs[job].Holders[0];
        world.Drain(node, isDrained: true);
        world.Settle();
        Assert.Equal(Ask.Stop, world.Snapshot.Executions[execution].Ask);

        world.Report(execution, ObservedOutcome.Completed);

        Assert.Equal(JobState.Completed, world.JobStates[job]);
    }

    /// <summary>Found by the simulation, seed 44.</summary>
    [Fact]
    public void A_service_that_may_have_fewer_at_once_stops_the_rest()
    {
        world.AddNode();
        var demand = ClusterWorld.Demand(3, 200) with { Kind = JobKind.Service };
        var job = world.Submit(demand);
        world.Settle();
        world.Update(job, demand with { MaxConcurrency = 1 }, isSameProgram: true);

        world.Settle();

        Assert.Equal(2, world.Snapshot.Executions.Values.Count(execution => execution.Ask == Ask.Stop));
    }
}
