using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>A job is looked at in time, whatever other times of it are over, and waits for nothing in vain. Found by the simulation.</summary>
public sealed class WakeUpTests
{
    private readonly ClusterWorld world = new(seed: 1);

    [Fact]
    public void A_scheduled_job_with_a_time_limit_for_its_runs_goes_on_firing()
    {
        var id = world.Submit(ClusterWorld.Demand(0, 100) with { TotalTimeout = TimeSpan.FromSeconds(60), Schedule = new JobSchedule { Cron = "*/5 * * * *" } });
        world.Settle();

        var job = world.Snapshot.Jobs[id];

        Assert.NotNull(job.NextFireAt);
        Assert.Equal(job.NextFireAt, job.WakeAt);
    }

    [Fact]
    public void A_job_whose_back_off_is_over_and_that_finds_no_room_ends_at_its_time_limit()
    {
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 2000) with { TotalTimeout = TimeSpan.FromSeconds(60) });
        world.Settle();
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Failed);
        world.Submit(ClusterWorld.Demand(1, 2000, priority: 1));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(5));
        world.Settle();

        world.Pass(TimeSpan.FromSeconds(60));
        world.Settle();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
    }

    [Fact]
    public void An_ops_job_does_not_wait_for_a_node_that_got_other_labels()
    {
        var node = world.AddNode();
        world.Relabel(node, ("zone", "a"));
        var job = world.Submit(ClusterWorld.Demand(0, 500) with
        {
            Kind = JobKind.Ops,
            Constraints = [new LabelRequirement { Key = "zone", Operator = "=", Values = ["a"] }],
        });
        world.Settle();
        world.Relabel(node, ("zone", "b"));
        world.Settle();

        world.Report(world.Snapshot.Jobs[job].Holders.Values.Single(), ObservedOutcome.Interrupted);
        world.Settle();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
    }
}
