using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>The line of a node that ends work quickly, and what may not stand in it.</summary>
public sealed class LineTests
{
    private readonly ClusterWorld world = new(seed: 1);

    [Fact]
    public void Job_that_may_wait_only_so_long_waits_in_the_queue_where_that_is_counted()
    {
        Fill();
        var job = world.Submit(Demand(0) with { QueueTimeout = TimeSpan.FromSeconds(4) });
        world.PlanAndApply();

        Assert.Empty(world.Snapshot.Jobs[job].Holders);
        world.Pass(TimeSpan.FromSeconds(4));
        world.PlanAndApply();
        Assert.Equal(Core.Jobs.JobState.Failed, world.JobStates[job]);
    }

    [Fact]
    public void Work_that_has_to_be_where_its_data_is_stands_in_no_line_as_nothing_could_take_it_out_again()
    {
        Fill();
        var need = new DataNeed { Key = "d", Source = new SpecConfig { Type = "s3" }, Name = "the data" };
        var job = world.Submit(Demand(0) with { Data = [need], RequiresData = true });
        world.PlanAndApply();

        Assert.Empty(world.Snapshot.Jobs[job].Holders);
    }

    [Fact]
    public void Drained_node_starts_nothing_from_its_line()
    {
        var node = Fill();
        var job = world.Submit(Demand(0));
        world.PlanAndApply();
        Assert.True(Held(job).InLine);
        Assert.Contains($"in the line of a full node, and starts there when it has room: {node}", world.WhyWaiting(job), StringComparison.Ordinal);

        world.Drain(node, true, TimeSpan.FromMinutes(10));
        world.PlanAndApply();

        Assert.Equal(Ask.Stop, Held(job).Ask);
    }

    [Fact]
    public void What_is_more_urgent_is_not_passed_by_what_stands_in_a_line()
    {
        var node = Fill();
        var low = world.Submit(Demand(1));
        world.PlanAndApply();
        Assert.True(Held(low).InLine);
        var high = world.Submit(Demand(9) with { QueueTimeout = TimeSpan.FromHours(1) });
        world.Pass(world.Options.RecallAfter);
        world.PlanAndApply();
        Assert.Equal(Ask.Stop, Held(low).Ask);
        world.Report(Held(low).Id, ObservedOutcome.Stopped);
        world.PlanAndApply();
        Assert.Empty(world.Snapshot.Jobs[low].Holders);

        world.EndAll(node);
        world.PlanAndApply();

        Assert.Equal([high], world.Snapshot.Executions.Values.Where(execution => execution is { IsEnded: false, InLine: false }).Select(execution => execution.Job));
    }

    private static JobDemand Demand(int priority) => ClusterWorld.Demand(1, 2000, priority);

    private LiveExecution Held(JobId job) => world.Snapshot.Executions[world.Snapshot.Jobs[job].Holders[0]];

    /// <summary>A node that is full, and has just ended much.</summary>
    private NodeId Fill()
    {
        var node = world.AddNode();
        for (var i = 0; i < 4; i++)
        {
            var quick = world.Submit(Demand(0));
            world.PlanAndApply();
            world.Report(Held(quick).Id, ObservedOutcome.Completed);
        }

        world.Submit(Demand(0));
        world.PlanAndApply();
        world.Acknowledge(node);
        return node;
    }
}
