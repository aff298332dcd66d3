using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

public sealed class PlacementPlannerTests
{
    private readonly ClusterWorld world = new(seed: 1);

    [Fact]
    public void Placing_a_job_is_told_in_the_order_of_the_reference()
    {
        world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Completed);

        Assert.Equal(
            ["Submission: Job submitted", "Scheduling: Requested execution on n-1", "State Update: Running", "Execution: Running", "Execution: Completed successfully", "State Update: Completed"],
            world.History.Select(e => $"{e.Topic}: {e.Message}"));
    }

    [Fact]
    public void Three_tenths_of_a_core_take_three_executions_of_one_tenth()
    {
        world.AddNode(new NodeFacts { IsCompute = true, Engines = ["wasm"], Capacity = new(300, long.MaxValue / 2, 0, 0), MaxJobRequirements = new(300, long.MaxValue / 2, 0, 0) });
        var job = world.Submit(ClusterWorld.Demand(3, 100));

        world.PlanAndApply();

        Assert.Equal(3, world.Snapshot.Jobs[job].Holders.Count);
    }

    [Fact]
    public void Higher_priority_is_served_first_then_the_older_job()
    {
        var (old, young, urgent) = (world.Submit(ClusterWorld.Demand(1, 2000)), world.Submit(ClusterWorld.Demand(1, 2000)), world.Submit(ClusterWorld.Demand(1, 2000, priority: 5)));
        world.AddNode();
        world.AddNode();

        world.PlanAndApply();

        Assert.Equal([JobState.Running, JobState.Pending, JobState.Running], new[] { old, young, urgent }.Select(job => world.JobStates[job]));
    }

    [Fact]
    public void A_job_that_does_not_fit_lets_smaller_ones_pass()
    {
        world.AddNode();
        world.Submit(ClusterWorld.Demand(1, 1500));
        world.PlanAndApply();
        var large = world.Submit(ClusterWorld.Demand(1, 1500));
        var small = world.Submit(ClusterWorld.Demand(1, 500));

        world.PlanAndApply();

        Assert.Equal((JobState.Pending, JobState.Running), (world.JobStates[large], world.JobStates[small]));
    }

    [Fact]
    public void A_job_that_no_node_could_ever_run_fails_at_once_with_the_reasons()
    {
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 4000));

        world.PlanAndApply();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains("1 of 1 node: 4 CPU asked, at most 2 given to one job", world.History[^1].Message);
        Assert.Equal(("1", "1", "0"), (Detail("NodesRequested"), Detail("NodesAvailable"), Detail("NodesSuitable")));

        string Detail(string key) => world.History[^1].Details[key];
    }

    [Fact]
    public void Nodes_of_many_sizes_that_are_too_small_are_one_reason()
    {
        foreach (var cpu in new[] { 1000, 3000, 2000 })
        {
            world.AddNode(ClusterWorld.Facts(new ResourceAmount(cpu, 1_000_000_000, 1_000_000_000, 0)));
        }

        var job = world.Submit(ClusterWorld.Demand(1, 4000));
        world.PlanAndApply();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.EndsWith("\n• 3 of 3 nodes: 4 CPU asked, at most 3 given to one job", world.History[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_waits_while_its_only_fitting_node_is_away()
    {
        var node = world.AddNode();
        world.Lose(node);
        var job = world.Submit();

        world.PlanAndApply();
        world.Pass(TimeSpan.FromSeconds(1));
        world.PlanAndApply();

        Assert.Equal(JobState.Queued, world.JobStates[job]);
        Assert.Contains("fits, but is not connected", world.Snapshot.Jobs[job].Message);
    }

    [Fact]
    public void A_job_with_a_queue_timeout_waits_that_long_for_a_node_and_no_longer()
    {
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 4000) with { QueueTimeout = TimeSpan.FromSeconds(20) });
        world.PlanAndApply();
        world.Pass(TimeSpan.FromSeconds(19));
        world.PlanAndApply();
        Assert.Equal(JobState.Queued, world.JobStates[job]);

        world.Pass(TimeSpan.FromSeconds(1));
        world.PlanAndApply();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.StartsWith("waited longer than its QueueTimeout of 20 s", world.History[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_total_timeout_fails_a_running_job()
    {
        world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 500) with { TotalTimeout = TimeSpan.FromSeconds(5) });
        world.PlanAndApply();
        world.Pass(TimeSpan.FromSeconds(5));

        world.PlanAndApply();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Equal(Ask.Stop, Assert.Single(world.Snapshot.Executions.Values).Ask);
    }

    [Fact]
    public void A_failed_partition_is_tried_again_on_another_node_after_its_back_off()
    {
        world.AddNode();
        world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        var first = Assert.Single(world.Snapshot.Executions.Values);
        world.Report(first.Id, ObservedOutcome.Failed);

        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Place>());
        world.Pass(TimeSpan.FromSeconds(1));
        world.PlanAndApply();

        Assert.NotEqual(first.Node, world.Snapshot.Executions[world.Snapshot.Jobs[job].Holders[0]].Node);
    }

    [Fact]
    public void A_job_fails_with_the_cause_of_its_last_attempt()
    {
        world.AddNode();
        var job = world.Submit();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            world.PlanAndApply();
            world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Failed);
            world.Pass(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains(world.History, e => e.Execution is null && e.Message == "Failed by the test");
    }

    [Fact]
    public void A_job_that_every_node_refuses_fails_at_once_with_their_reasons()
    {
        world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Refused);

        world.PlanAndApply();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains("Refused by the test", world.History[^1].Message);
    }

    [Fact]
    public void A_partition_of_a_lost_node_is_replaced_and_its_late_result_is_not_accepted()
    {
        var away = world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        var old = world.Snapshot.Jobs[job].Holders[0];
        world.Lose(away);
        world.AddNode();
        world.PlanAndApply();
        var replacement = world.Snapshot.Jobs[job].Holders[0];
        world.Return(away);

        world.Report(old, ObservedOutcome.Completed);

        Assert.NotEqual(old, replacement);
        Assert.Empty(world.Accepted);
        Assert.False(world.Grant(old));
        Assert.True(world.Grant(replacement));
    }

    [Fact]
    public void A_grant_that_runs_holds_back_the_replacement_of_a_lost_execution()
    {
        var away = world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        var old = world.Snapshot.Jobs[job].Holders[0];
        world.Grant(old);
        world.Lose(away);
        world.AddNode();

        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Place>());
        world.Pass(Grants.Length);

        Assert.Single(world.PlanAndApply().Steps.OfType<PlanStep.Place>());
    }

    [Fact]
    public void A_grant_asked_for_before_the_list_of_a_returning_node_takes_its_execution_back()
    {
        var away = world.AddNode();
        var job = world.Submit();
        world.PlanAndApply();
        var old = world.Snapshot.Jobs[job].Holders[0];
        world.Lose(away);
        world.Greet(away);

        Assert.True(world.Grant(old));
        world.AddNode();

        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Place>());
        Assert.Empty(world.Snapshot.Jobs[job].Retries);
        Assert.True(world.Snapshot.Executions[old].HoldsRoom);
    }

    [Fact]
    public void A_stopped_execution_holds_its_room_until_its_end_is_reported()
    {
        var node = world.AddNode();
        var job = world.Submit(ClusterWorld.Demand(1, 2000));
        world.PlanAndApply();
        world.Stop(job);
        Assert.Equal(0, world.Snapshot.Nodes[node].Free.CpuMillis);

        world.Report(Assert.Single(world.Snapshot.Executions).Key, ObservedOutcome.Stopped);

        Assert.Equal(2000, world.Snapshot.Nodes[node].Free.CpuMillis);
        Assert.Equal(JobState.Stopped, world.JobStates[job]);
    }

    [Fact]
    public void A_node_that_ends_work_quickly_is_given_more_than_fits_and_starts_it_in_order()
    {
        var node = world.AddNode();
        var jobs = Enumerable.Range(0, 8).Select(_ => world.Submit(ClusterWorld.Demand(1, 1000))).ToList();
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[jobs[0]].Holders[0], ObservedOutcome.Completed);
        world.PlanAndApply();
        world.Report(world.Snapshot.Jobs[jobs[1]].Holders[0], ObservedOutcome.Completed);
        world.PlanAndApply();

        Assert.Equal(2, world.Snapshot.Nodes[node].Line.Count);
        Assert.Equal(2000, world.Snapshot.Nodes[node].Used.CpuMillis);
        world.Report(world.Snapshot.Jobs[jobs[2]].Holders[0], ObservedOutcome.Completed);
        Assert.False(world.Snapshot.Executions[world.Snapshot.Jobs[jobs[4]].Holders[0]].InLine);
    }

    [Fact]
    public void At_most_256_executions_are_placed_in_one_pass()
    {
        world.AddNode(new NodeFacts { IsCompute = true, Engines = ["wasm"], Capacity = new(1_000_000, long.MaxValue / 2, 0, 0), MaxJobRequirements = new(1000, long.MaxValue / 2, 0, 0) });
        world.Submit(ClusterWorld.Demand(1000, 1));

        var plan = world.PlanAndApply();

        Assert.Equal(256, plan.Steps.OfType<PlanStep.Place>().Count());
        Assert.True(plan.HasMore);
    }

    [Fact]
    public void Constraints_choose_among_nodes()
    {
        world.AddNode();
        var labelled = world.AddNode(new NodeFacts
        {
            IsCompute = true,
            Engines = ["wasm"],
            Labels = TextMap.Empty.Add("region", "eu"),
            Capacity = new ResourceAmount(2000, 4_000_000_000, 0, 0),
            MaxJobRequirements = new ResourceAmount(2000, 4_000_000_000, 0, 0),
        });
        var job = world.Submit(ClusterWorld.Demand(2, 500) with { Constraints = [new LabelRequirement { Key = "region", Operator = "=", Values = ["eu"] }] });

        world.PlanAndApply();

        Assert.All(world.Snapshot.Jobs[job].Holders.Values, id => Assert.Equal(labelled, world.Snapshot.Executions[id].Node));
    }
}
