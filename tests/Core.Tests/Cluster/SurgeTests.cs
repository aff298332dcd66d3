using Bacalhau.Core.Cluster;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class SurgeTests
{
    private readonly ClusterWorld world = new(seed: 1);

    /// <summary>Found by the simulation: the partition was to be placed again, and was a surge of nothing.</summary>
    [Fact]
    public void A_surge_takes_the_place_of_what_fails_before_it_is_replaced()
    {
        var (job, held, surge) = Surge();

        world.Report(held, ObservedOutcome.Failed);

        Assert.Equal(surge, world.Snapshot.Jobs[job].Holders[0]);
        Assert.Empty(world.Snapshot.Jobs[job].Surges);
        Assert.Empty(world.Snapshot.Jobs[job].Retries);
    }

    /// <summary>Found by the simulation: a new version placed the partition again and again, and was refused as the surge was still there.</summary>
    [Fact]
    public void A_surge_of_a_job_that_is_stopped_takes_the_place_of_what_ends_first()
    {
        var (job, held, surge) = Surge();
        world.Stop(job);

        world.Report(held, ObservedOutcome.Stopped);

        Assert.Equal(surge, world.Snapshot.Jobs[job].Holders[0]);
    }

    /// <summary>Found by the simulation, seed 100: it ran for ever beside what it was to replace.</summary>
    [Fact]
    public void A_surge_ends_when_what_it_was_to_replace_may_stay()
    {
        var (job, held, surge) = Surge();
        world.Drain(world.Snapshot.Executions[held].Node, isDrained: false);

        world.Settle();

        Assert.Equal(Ask.Stop, world.Snapshot.Executions[surge].Ask);
        Assert.Equal(Ask.Run, world.Snapshot.Executions[held].Ask);
    }

    /// <summary>Found by the simulation, seed 213557: both that served two partitions were stopped at once.</summary>
    [Fact]
    public void A_surge_of_an_old_version_serves_until_what_it_replaces_has_ended_and_then_has_its_turn()
    {
        var (job, held, surge) = Surge();
        world.Runs(surge);
        world.Settle();
        Assert.Equal(Ask.Stop, world.Snapshot.Executions[held].Ask);

        world.Update(job, ClusterWorld.Demand(1, 500) with { Kind = JobKind.Service, Rollout = new RolloutRules(0, 1, TimeSpan.Zero, false) });
        world.Settle();
        Assert.Equal(Ask.Run, world.Snapshot.Executions[surge].Ask);

        world.Report(held, ObservedOutcome.Stopped);
        world.Settle();
        Assert.Equal(Ask.Stop, world.Snapshot.Executions[surge].Ask);
    }

    private (JobId Job, ExecutionId Held, ExecutionId Surge) Surge()
    {
        var first = world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 500) with { Kind = JobKind.Service, Rollout = new RolloutRules(1, 0, TimeSpan.Zero, false) });
        world.Settle();
        var held = world.Snapshot.Jobs[job].Holders[0];
        world.Runs(held);
        world.AddNode();
        world.Drain(first, isDrained: true);
        world.Settle();
        return (job, held, world.Snapshot.Jobs[job].Surges[0]);
    }
}
