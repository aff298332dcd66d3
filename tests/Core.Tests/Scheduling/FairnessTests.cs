using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>Whose turn it is: priority, namespace, job, age; and what happens to those that do not fit.</summary>
public sealed class FairnessTests
{
    [Fact]
    public void Namespaces_share_the_cluster_however_many_jobs_each_has()
    {
        var world = new ClusterWorld(1);
        var big = Enumerable.Range(0, 10).Select(_ => world.Submit(ClusterWorld.Demand(1, 500), "big")).ToList();
        var small = Enumerable.Range(0, 2).Select(_ => world.Submit(ClusterWorld.Demand(1, 500), "small")).ToList();
        world.AddNode();
        world.Settle();

        Assert.Equal(2, big.Count(world.IsRunning));
        Assert.Equal(2, small.Count(world.IsRunning));
    }

    [Fact]
    public void A_namespace_with_a_larger_share_gets_more()
    {
        var quotas = ImmutableSortedDictionary<string, NamespaceQuota>.Empty.Add("big", new NamespaceQuota { Share = 3 });
        var world = new ClusterWorld(1) { Options = new PlannerOptions { Quotas = quotas } };
        var big = Enumerable.Range(0, 10).Select(_ => world.Submit(ClusterWorld.Demand(1, 500), "big")).ToList();
        var small = Enumerable.Range(0, 10).Select(_ => world.Submit(ClusterWorld.Demand(1, 500), "small")).ToList();
        world.AddNode();
        world.Settle();

        Assert.Equal((3, 1), (big.Count(world.IsRunning), small.Count(world.IsRunning)));
    }

    [Fact]
    public void Jobs_of_a_namespace_take_turns_and_the_oldest_begins()
    {
        var world = new ClusterWorld(1);
        var wide = world.Submit(ClusterWorld.Demand(100, 500));
        var late = world.Submit(ClusterWorld.Demand(1, 500));
        world.AddNode();
        world.Settle();

        Assert.Equal(3, world.Snapshot.Jobs[wide].Holders.Count);
        Assert.True(world.IsRunning(late));
    }

    [Fact]
    public void A_higher_priority_comes_first_also_of_a_namespace_that_has_much()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.Submit(ClusterWorld.Demand(3, 500), "big");
        world.Settle();
        var low = world.Submit(ClusterWorld.Demand(1, 500), "small");
        var high = world.Submit(ClusterWorld.Demand(1, 500, priority: 1), "big");
        world.Settle();

        Assert.Equal((false, true), (world.IsRunning(low), world.IsRunning(high)));
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(90, false)]
    public void Small_jobs_pass_a_large_one_until_it_has_waited_for_a_minute(int seconds, bool passes)
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.Submit(ClusterWorld.Demand(2, 500));
        world.Settle();
        var large = world.Submit(ClusterWorld.Demand(1, 2000));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(seconds));
        world.Settle();

        var small = world.Submit(ClusterWorld.Demand(1, 500));
        world.Settle();
        Assert.Equal(passes, world.IsRunning(small));

        // Kept or not, it runs as soon as there is room for it.
        world.EndAll();
        world.Settle();
        Assert.True(world.IsRunning(large));
    }

    [Fact]
    public void Room_that_is_kept_goes_to_a_higher_priority_all_the_same()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.Submit(ClusterWorld.Demand(2, 500));
        world.Settle();
        world.Submit(ClusterWorld.Demand(1, 2000));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(90));
        world.Settle();

        var urgent = world.Submit(ClusterWorld.Demand(1, 500, priority: 5));
        world.Settle();
        Assert.True(world.IsRunning(urgent));
    }

    [Fact]
    public void Over_its_quota_a_namespace_waits_and_says_so()
    {
        var quotas = ImmutableSortedDictionary<string, NamespaceQuota>.Empty.Add("team", new NamespaceQuota { Executions = 2, CpuMillis = 1_200 });
        var world = new ClusterWorld(1) { Options = new PlannerOptions { Quotas = quotas } };
        world.AddNode();
        var small = world.Submit(ClusterWorld.Demand(5, 100), "team");
        world.Settle();
        Assert.Equal(2, world.Snapshot.Jobs[small].Holders.Count);
        Assert.Equal("3 more executions wait: namespace team is at its quota of 2 executions", world.WhyWaiting(small));

        world.Stop(small);
        world.EndAll();
        var large = world.Submit(ClusterWorld.Demand(1, 1_300), "team");
        world.Settle();
        Assert.False(world.IsRunning(large));
        Assert.Equal("an execution asks for 1.3 CPU, more than the quota of 1.2 CPU that namespace team has: raise the quota, or ask for less", world.WhyWaiting(large));

        world.Stop(large);
        world.Submit(ClusterWorld.Demand(1, 700), "team");
        var next = world.Submit(ClusterWorld.Demand(1, 600), "team");
        world.Settle();
        Assert.Equal("namespace team is at its quota of 1.2 CPU", world.WhyWaiting(next));
    }

    [Fact]
    public void Of_a_job_with_a_limit_no_more_run_at_once()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(4, 100) with { MaxConcurrency = 1 });
        for (var done = 0; done < 4; done++)
        {
            world.Settle();
            Assert.Single(world.Snapshot.Jobs[job].Holders);
            world.EndAll();
        }

        Assert.True(world.JobStates[job].IsTerminal());
    }

    [Fact]
    public void What_waits_for_room_says_what_is_short_and_how_much_there_is()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.AddNode();
        world.Submit(ClusterWorld.Demand(2, 1500));
        world.Settle();
        var job = world.Submit(ClusterWorld.Demand(1, 1000));
        world.Settle();

        Assert.Contains("2 of 2 nodes: fits, but has not enough CPU free now; the most on one is 0.5", world.WhyWaiting(job), StringComparison.Ordinal);
    }

    [Fact]
    public void Replicas_are_spread_and_share_nodes_when_there_are_too_few()
    {
        var world = new ClusterWorld(1);
        world.AddNode();
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(4, 100) with { Kind = JobKind.Service, Spreads = true });
        world.Settle();

        var nodes = world.Snapshot.Jobs[job].Holders.Values.GroupBy(id => world.Snapshot.Executions[id].Node).Select(group => group.Count());
        Assert.Equal([2, 2], nodes);
    }

    [Fact]
    public void Ranking_weighs_cpu_and_memory_alike()
    {
        var world = new ClusterWorld(1);
        var roomy = world.AddNode(ClusterWorld.Facts(new ResourceAmount(1000, 64_000_000_000, 0, 0)));
        var fit = world.AddNode(ClusterWorld.Facts(new ResourceAmount(5000, 8_000_000_000, 0, 0)));
        var spread = ClusterWorld.Demand(1, 500) with { Kind = JobKind.Service, Spreads = true };
        var chosen = Enumerable.Range(0, 4).Select(_ => world.Submit(spread)).ToList();
        world.Settle();

        var onFit = chosen.Count(id => world.Snapshot.Executions[world.Snapshot.Jobs[id].Holders[0]].Node == fit);
        Assert.True(onFit >= 3, $"{onFit} of 4 on the node with five times the CPU, the others on {roomy}");
    }
}
