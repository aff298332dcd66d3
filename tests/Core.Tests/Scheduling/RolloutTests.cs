using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>How new versions of jobs that run for ever replace old ones, and how replicas are kept at their number.</summary>
public sealed class RolloutTests
{
    private static readonly JobDemand Service = ClusterWorld.Demand(3, 100) with
    {
        Kind = JobKind.Service,
        MaxAttempts = int.MaxValue,
        Rollout = new RolloutRules(0, 1, TimeSpan.FromSeconds(5), AutoRollback: false),
    };

    private readonly ClusterWorld world = new(1);

    public RolloutTests()
    {
        world.AddNode();
        world.AddNode();
    }

    [Fact]
    public void One_replica_after_the_other_is_replaced_when_the_one_before_is_healthy_for_long_enough()
    {
        var job = StartHealthy(Service);
        world.Update(job, Service);
        for (var replaced = 0; replaced < 3; replaced++)
        {
            world.Settle();
            Assert.Equal(1, world.Snapshot.Executions.Values.Count(execution => execution.Ask == Ask.Stop));
            world.StopAsked();
            world.Settle();
            RunAll();
            world.Settle();
            Assert.Equal(replaced + 1, Current(job));
            Assert.DoesNotContain(world.Snapshot.Executions.Values, execution => execution.Ask == Ask.Stop);
            world.Pass(TimeSpan.FromSeconds(5));
        }

        world.Settle();
        Assert.Null(world.Snapshot.Jobs[job].RolloutFrom);
        Assert.Contains(world.History, happened => happened.Message == "Version 2 has replaced version 1");
    }

    [Fact]
    public void With_a_surge_the_old_one_goes_when_the_new_one_beside_it_is_healthy()
    {
        var demand = Service with { Count = 1, Rollout = new RolloutRules(1, 0, TimeSpan.FromSeconds(5), false) };
        var job = StartHealthy(demand);
        var old = world.Snapshot.Jobs[job].Holders[0];
        world.Update(job, demand);
        world.Settle();

        Assert.Equal(old, world.Snapshot.Jobs[job].Holders[0]);
        var surge = Assert.Single(world.Snapshot.Jobs[job].Surges).Value;
        RunAll();
        world.Settle();
        Assert.Equal(Ask.Run, world.Snapshot.Executions[old].Ask);
        world.Pass(TimeSpan.FromSeconds(5));
        world.Settle();
        Assert.Equal(Ask.Stop, world.Snapshot.Executions[old].Ask);
        world.StopAsked();
        world.Settle();
        Assert.Equal(surge, world.Snapshot.Jobs[job].Holders[0]);
        Assert.Null(world.Snapshot.Jobs[job].RolloutFrom);
    }

    [Fact]
    public void A_failing_version_takes_no_further_replica_down_and_is_rolled_back_if_that_is_asked()
    {
        var job = StartHealthy(Service);
        world.Update(job, Service with { Rollout = Service.Rollout with { AutoRollback = true } });
        world.Settle();
        world.StopAsked();
        world.Settle();
        world.Report(NewestOf(job), ObservedOutcome.Failed);

        var (plan, _) = world.Plan();
        var back = Assert.Single(plan.Steps.OfType<PlanStep.RollBack>());
        Assert.Equal((1, "Failed by the test"), (back.To.Version, back.Problem.Message));
        Assert.Equal(2, world.Snapshot.Jobs[job].Holders.Values.Count(id => world.Snapshot.Executions[id] is { Ask: Ask.Run, JobVersion: 1 }));
    }

    [Theory]
    [InlineData(JobKind.Service)]
    [InlineData(JobKind.Daemon)]
    public void Nothing_is_stopped_for_a_version_that_no_node_could_run_until_one_can(JobKind kind)
    {
        var demand = Service with { Kind = kind, Count = kind == JobKind.Daemon ? 0 : 3 };
        var job = StartHealthy(demand);
        var before = world.Snapshot.Jobs[job].Holders;
        world.Update(job, demand with { Amount = demand.Amount with { CpuMillis = 50_000 } });
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(60));
        world.Settle();

        Assert.Equal(before, world.Snapshot.Jobs[job].Holders);
        Assert.DoesNotContain(world.Snapshot.Executions.Values, execution => execution.Ask == Ask.Stop);
        Assert.Contains("no node could run it", RolloutProgress.Find(world.Snapshot, job, world.Now, world.Options), StringComparison.Ordinal);
        Assert.Contains("50 CPU asked, at most 2 given", RolloutProgress.Find(world.Snapshot, job, world.Now, world.Options), StringComparison.Ordinal);

        var large = new ResourceAmount(200_000, 1_000_000_000_000, 1_000_000_000_000, 0);
        world.Snapshot.Nodes.Keys.ToList().ForEach(node => world.Resize(node, large));
        world.Pass(TimeSpan.FromSeconds(5));
        world.Settle();
        Assert.Contains(world.Snapshot.Executions.Values, execution => execution.Ask == Ask.Stop);
    }

    [Fact]
    public void Daemon_stops_where_a_new_version_asks_for_labels_that_are_not_there()
    {
        var daemon = Service with { Kind = JobKind.Daemon };
        var job = StartHealthy(daemon);
        world.Update(job, daemon with { Constraints = [new LabelRequirement { Key = "zone", Operator = "=", Values = ["none"] }] });
        world.Settle();
        world.StopAsked();
        world.Settle();

        Assert.Empty(world.Snapshot.Jobs[job].Holders);
    }

    [Fact]
    public void Service_stops_nothing_for_labels_that_no_node_has_and_goes_back_if_that_is_asked()
    {
        var demand = Service with { Rollout = Service.Rollout with { AutoRollback = true } };
        var job = StartHealthy(demand);
        world.Update(job, demand with { Constraints = [new LabelRequirement { Key = "zone", Operator = "=", Values = ["none"] }] });

        world.PlanAndApply();

        Assert.Single(world.Plan().Plan.Steps.OfType<PlanStep.RollBack>());
        Assert.DoesNotContain(world.Snapshot.Executions.Values, execution => execution.Ask == Ask.Stop);
    }

    [Theory]
    [InlineData(JobKind.Service)]
    [InlineData(JobKind.Daemon)]
    public void A_version_that_no_node_could_run_is_rolled_back_if_that_is_asked(JobKind kind)
    {
        var demand = Service with { Kind = kind, Count = kind == JobKind.Daemon ? 0 : 3, Rollout = Service.Rollout with { AutoRollback = true } };
        var job = StartHealthy(demand);
        world.Update(job, demand with { Amount = demand.Amount with { CpuMillis = 50_000 } });

        world.PlanAndApply();
        var (plan, _) = world.Plan();
        var back = Assert.Single(plan.Steps.OfType<PlanStep.RollBack>());
        Assert.Equal("not enough nodes to run the job: requested 1, available 2, suitable 0\n• 2 of 2 nodes: 50 CPU asked, at most 2 given to one job", back.Problem.Message);
        Assert.DoesNotContain(world.Snapshot.Executions.Values, execution => execution.Ask == Ask.Stop);
    }

    [Fact]
    public void A_new_version_that_waits_for_room_beside_the_old_one_says_so()
    {
        var demand = ClusterWorld.Demand(2, 1500) with { Kind = JobKind.Service, MaxAttempts = int.MaxValue, Rollout = new RolloutRules(1, 0, TimeSpan.FromSeconds(5), false) };
        var job = StartHealthy(demand);
        world.Update(job, demand);
        world.Settle();

        Assert.Contains(
            "a new execution is to run beside an old one first: not enough nodes to run the job: requested 1, available 2, suitable 2\n• 2 of 2 nodes: fits, but has not enough CPU free now",
            RolloutProgress.Find(world.Snapshot, job, world.Now, world.Options),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_that_changes_only_the_number_keeps_what_runs()
    {
        var job = StartHealthy(Service);
        var before = world.Snapshot.Jobs[job].Holders;
        world.Update(job, Service with { Count = 5 }, isSameProgram: true);
        world.Settle();
        RunAll();
        world.Settle();
        Assert.Equal(before, world.Snapshot.Jobs[job].Holders.Where(pair => pair.Key < 3));
        Assert.Equal(5, world.Snapshot.Jobs[job].Holders.Count);

        world.Update(job, Service with { Count = 2 }, isSameProgram: true);
        world.Settle();
        world.StopAsked();
        world.Settle();
        Assert.Equal([0, 1], world.Snapshot.Jobs[job].Holders.Keys);
        Assert.Contains(world.History, happened => happened.Message.Contains("version 3 wants 2", StringComparison.Ordinal));
        Assert.Equal(before[0], world.Snapshot.Jobs[job].Holders[0]);

        world.Update(job, Service, isSameProgram: true);
        world.Settle();
        Assert.Equal([0, 1, 2], world.Snapshot.Jobs[job].Holders.Keys);
    }

    [Fact]
    public void A_partition_of_a_new_batch_version_waits_for_the_end_of_the_old_one()
    {
        var demand = ClusterWorld.Demand(2, 100);
        var job = world.Submit(demand);
        world.Settle();
        var old = world.Snapshot.Jobs[job].Holders;
        world.Update(job, demand);
        world.Settle();
        Assert.Equal(old, world.Snapshot.Jobs[job].Holders);
        Assert.All(old.Values, id => Assert.Equal(Ask.Stop, world.Snapshot.Executions[id].Ask));

        world.Report(old[1], ObservedOutcome.Completed);
        world.Settle();
        Assert.NotEqual(old[1], world.Snapshot.Jobs[job].Holders[1]);
        Assert.Equal(0, world.Snapshot.Jobs[job].Completed.Count);
        world.StopAsked();
        world.Settle();
        world.EndAll();
        Assert.Equal(JobState.Completed, world.JobStates[job]);
    }

    [Fact]
    public void A_replica_that_ends_is_started_again_with_growing_waits_that_a_long_life_forgets()
    {
        var job = StartHealthy(Service with { Count = 1 });
        foreach (var wait in new[] { 1, 2, 4 })
        {
            world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Completed);
            world.Settle();
            Assert.Empty(world.Snapshot.Jobs[job].Holders);
            world.Pass(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            world.Settle();
            Assert.Empty(world.Snapshot.Jobs[job].Holders);
            world.Pass(TimeSpan.FromMilliseconds(1));
            world.Settle();
            RunAll();
        }

        Assert.Equal(JobState.Running, world.JobStates[job]);
        world.Pass(PartitionRules.StableAfter);
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Completed);
        world.Pass(TimeSpan.FromSeconds(1));
        world.Settle();
        Assert.Single(world.Snapshot.Jobs[job].Holders);
        Assert.Contains(world.History, happened => happened.Message.Contains("a service job runs for ever", StringComparison.Ordinal));
    }

    [Fact]
    public void A_drained_node_gives_its_replicas_up_one_by_one_and_batch_work_at_once_or_at_the_deadline()
    {
        var job = StartHealthy(Service with { Count = 2, Spreads = false });
        var batch = world.Submit(ClusterWorld.Demand(1, 100));
        world.Settle();
        var node = world.Snapshot.Executions[world.Snapshot.Jobs[batch].Holders[0]].Node;
        Assert.All(world.Snapshot.Jobs[job].Holders.Values, id => Assert.Equal(node, world.Snapshot.Executions[id].Node));

        world.Drain(node, isDrained: true, deadline: TimeSpan.FromSeconds(30));
        world.Settle();
        Assert.Equal(1, world.Snapshot.Jobs[job].Holders.Values.Count(id => world.Snapshot.Executions[id].Ask == Ask.Stop));
        Assert.Equal(Ask.Run, world.Snapshot.Executions[world.Snapshot.Jobs[batch].Holders[0]].Ask);

        world.Pass(TimeSpan.FromSeconds(30));
        world.Settle();
        Assert.All(world.Snapshot.Nodes[node].Executions, id => Assert.NotEqual(Ask.Run, world.Snapshot.Executions[id].Ask));
        world.StopAsked();
        world.Settle();
        Assert.DoesNotContain(world.Snapshot.Nodes[node].Executions, id => !world.Snapshot.Executions[id].IsEnded);
        Assert.Equal((2, 1), (world.Snapshot.Jobs[job].Holders.Count, world.Snapshot.Jobs[batch].Holders.Count));
    }

    [Fact]
    public void A_rollout_goes_on_when_a_lost_node_comes_back_with_the_old_version()
    {
        var job = StartHealthy(Service with { Count = 2, Spreads = true });
        var nodes = world.Snapshot.Nodes.Keys.ToList();
        nodes.ForEach(world.Lose);
        world.Update(job, Service with { Count = 2, Spreads = true });
        world.Settle();

        foreach (var node in nodes)
        {
            world.Return(node);
            world.Sync(node);
        }

        world.Settle();
        Assert.Equal(1, world.Snapshot.Executions.Values.Count(execution => execution.Ask == Ask.Stop));
    }

    [Fact]
    public void What_becomes_healthy_while_a_plan_is_carried_out_is_not_overlooked()
    {
        var job = StartHealthy(Service);
        world.Update(job, Service);
        world.Settle();
        world.StopAsked();
        world.PlanAndApply();
        world.Snapshot.Nodes.Keys.ToList().ForEach(node => world.Relabel(node, ("color", "red")));
        var (plan, _) = world.Plan();
        Assert.Contains(plan.Steps, step => step is PlanStep.Clean clean && clean.Seen.Id == job);
        RunAll();
        world.Apply(plan);

        Assert.Contains(job, world.Snapshot.Dirty);
    }

    private JobId StartHealthy(JobDemand demand)
    {
        var job = world.Submit(demand);
        world.Settle();
        RunAll();
        world.Pass(TimeSpan.FromSeconds(10));
        world.Settle();
        return job;
    }

    private void RunAll()
    {
        foreach (var execution in world.Snapshot.Executions.Values.Where(execution => execution is { IsEnded: false, HealthySince: null, Ask: Ask.Run }))
        {
            world.Runs(execution.Id);
        }
    }

    private int Current(JobId job) => world.Snapshot.Jobs[job].Holders.Values.Count(id => world.Snapshot.Executions[id].JobVersion == world.Snapshot.Jobs[job].Version);

    private ExecutionId NewestOf(JobId job) => world.Snapshot.Jobs[job].Holders.Values.Select(id => world.Snapshot.Executions[id]).MaxBy(execution => execution.Key)!.Id;
}
