using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>Work goes to where its data is.</summary>
public sealed class LocalityTests
{
    private const long Gigabyte = 1_000_000_000;
    private static readonly DataNeed _need = Need("a");
    private static readonly DataNeed _fixed = Need("f") with { IsFixed = true };
    private static readonly ResourceAmount _oneSlot = new(500, 4_000_000_000, 0, 0);
    private readonly ClusterWorld world = new(1);

    [Fact]
    public void Nodes_are_asked_once_and_the_job_waits_for_their_answers_holding_nothing()
    {
        var nodes = AddNodes(3);
        var job = world.Submit(Demand(_need));

        var ask = Assert.Single(world.PlanAndApply().Steps.OfType<PlanStep.Ask>());
        Assert.Equal(nodes, ask.Nodes.AsEnumerable());
        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Place>());

        world.Answer(nodes[0], _need);
        world.Answer(nodes[1], _need);
        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Place>());
        world.Answer(nodes[2], _need, Gigabyte);
        Assert.Equal(nodes[2], Assert.Single(world.PlanAndApply().Steps.OfType<PlanStep.Place>()).Node);
        Assert.True(world.IsRunning(job));
    }

    [Fact]
    public void Job_does_not_wait_for_nodes_that_do_not_answer_in_time()
    {
        AddNodes(3);
        var job = world.Submit(Demand(_need));
        var asked = world.PlanAndApply();

        world.Pass(world.Options.NamedAnswerTime - TimeSpan.FromMilliseconds(1));
        world.Settle();
        Assert.False(world.IsRunning(job));
        Assert.Equal(world.Now + TimeSpan.FromMilliseconds(1), world.Plan().Plan.WakeAt);
        world.Pass(TimeSpan.FromMilliseconds(1));
        world.Settle();
        Assert.Single(asked.Steps.OfType<PlanStep.Ask>());
        Assert.True(world.IsRunning(job));
    }

    [Fact]
    public void With_one_candidate_nobody_is_asked()
    {
        AddNodes(1);
        var job = world.Submit(Demand(_need));

        Assert.Empty(world.PlanAndApply().Steps.OfType<PlanStep.Ask>());
        Assert.True(world.IsRunning(job));
    }

    [Fact]
    public void What_is_known_is_not_asked_again_until_it_is_old()
    {
        var nodes = AddNodes(2);
        Run(_need, (nodes[1], Gigabyte));

        world.Pass(TimeSpan.FromSeconds(30));
        world.Submit(Demand(_need));
        Assert.Empty(Settled().OfType<PlanStep.Ask>());

        world.Pass(TimeSpan.FromSeconds(31));
        world.Submit(Demand(_need));
        Assert.Single(Settled().OfType<PlanStep.Ask>());
    }

    [Fact]
    public void That_nobody_held_it_says_nothing_to_a_later_job()
    {
        var nodes = AddNodes(2);
        var job = Run(_need with { Key = "gone" });
        world.EndAll();
        world.Pass(TimeSpan.FromSeconds(1));
        Assert.False(world.IsRunning(job));

        // What was placed brings the data to its node; only after it has failed is nobody known to hold it.
        world.Submit(Demand(_need));
        world.PlanAndApply();
        nodes.ForEach(node => world.Answer(node, _need));
        world.Pass(TimeSpan.FromMilliseconds(10));
        world.Submit(Demand(_need));
        Assert.Single(world.PlanAndApply().Steps.OfType<PlanStep.Ask>());
    }

    [Fact]
    public void Most_bytes_win_over_the_fuller_node()
    {
        var nodes = AddNodes(3);
        world.Submit(Demand() with { Amount = new ResourceAmount(500, 100, 0, 0) });
        world.Settle();

        var job = Run(_need, (nodes[1], Gigabyte / 2), (nodes[2], Gigabyte));

        Assert.Equal(nodes[2], NodeOf(job));
        Assert.Contains("holds its inputs", ChoiceOf(job), StringComparison.Ordinal);
    }

    [Fact]
    public void Busy_holder_is_waited_for_as_long_as_the_data_would_take_to_move()
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[1], Gigabyte));
        var job = world.Submit(Demand(_need));
        world.Settle();
        Assert.False(world.IsRunning(job));

        // 1 GB at the 100 MB/s that nodes tell are 10 s.
        world.Pass(TimeSpan.FromSeconds(9.9));
        world.Settle();
        Assert.False(world.IsRunning(job));
        world.Pass(TimeSpan.FromSeconds(0.1));
        world.Settle();
        Assert.Equal(nodes[0], NodeOf(job));
        Assert.Contains("no node that holds its inputs has room", ChoiceOf(job), StringComparison.Ordinal);
    }

    [Fact]
    public void Holder_that_becomes_free_in_time_gets_the_job()
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[1], Gigabyte));
        var job = world.Submit(Demand(_need));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(3));

        world.EndAll(nodes[1]);
        world.Settle();

        Assert.Equal(nodes[1], NodeOf(job));
    }

    [Fact]
    public void Waiting_for_data_holds_nobody_else_up()
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[1], Gigabyte));
        world.Submit(Demand(_need));
        var other = world.Submit(Demand());
        world.Settle();

        Assert.Equal(nodes[0], NodeOf(other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Job_says_itself_how_long_it_waits(int seconds)
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[1], Gigabyte));
        var job = world.Submit(Demand(_need) with { LocalityWait = TimeSpan.FromSeconds(seconds) });
        world.Settle();
        Assert.Equal(seconds == 0, world.IsRunning(job));

        world.Pass(TimeSpan.FromSeconds(seconds));
        world.Settle();
        Assert.True(world.IsRunning(job));
    }

    [Fact]
    public void All_partitions_of_a_job_together_wait_once()
    {
        var nodes = AddNodes(4, _oneSlot);
        Run(_need, (nodes[3], Gigabyte));
        var job = world.Submit(Demand(_need) with { Count = 3 });
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(10));
        world.Settle();

        Assert.Equal(3, world.Snapshot.Jobs[job].LiveCount);
    }

    [Fact]
    public void Data_that_is_required_is_waited_for_without_end()
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[1], Gigabyte));
        var job = world.Submit(Demand(_need) with { RequiresData = true, QueueTimeout = TimeSpan.FromDays(1) });
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(50));
        world.Settle();
        Assert.False(world.IsRunning(job));

        world.EndAll(nodes[1]);
        world.Settle();
        Assert.Equal(nodes[1], NodeOf(job));
    }

    [Fact]
    public void Node_with_a_part_of_required_data_is_no_candidate()
    {
        var nodes = AddNodes(2);
        var job = world.Submit(Demand(_need) with { RequiresData = true });
        world.PlanAndApply();
        world.Answer(nodes[0], _need, held: new DataHolding { Bytes = Gigabyte / 2, TotalBytes = Gigabyte, At = world.Now });
        world.Answer(nodes[1], _need);
        world.Settle();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains(world.History, happened => happened.Message.Contains("1 of 2 nodes: does not hold the data a", StringComparison.Ordinal)
            && happened.Message.Contains("1 of 2 nodes: holds only a part of the data a", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_move_is_waited_for_whatever_the_job_says()
    {
        var nodes = AddNodes(3, _oneSlot);
        var first = Run(_fixed, (nodes[2], 1));
        var job = world.Submit(Demand(_fixed));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(50));
        world.Settle();
        Assert.Equal(nodes[2], NodeOf(first));
        Assert.False(world.IsRunning(job));

        world.EndAll(nodes[2]);
        world.Settle();
        Assert.Equal(nodes[2], NodeOf(job));
    }

    [Fact]
    public void What_a_node_lacks_is_remembered_while_it_is_asked_again()
    {
        var nodes = AddNodes(3, _oneSlot);
        Run(_fixed, (nodes[2], 1));
        var job = world.Submit(Demand(_fixed));
        world.Pass(world.Options.FactAge);

        Assert.Single(Settled().OfType<PlanStep.Ask>());
        Assert.False(world.IsRunning(job));
    }

    [Fact]
    public void Job_whose_fixed_data_is_nowhere_fails_at_once_with_the_reasons_of_nodes()
    {
        var nodes = AddNodes(2);
        var job = world.Submit(Demand(_fixed));
        world.PlanAndApply();
        nodes.ForEach(node => world.Answer(node, _fixed, held: new DataHolding { Lack = "'/data' is not among the paths that this node allows", At = world.Now }));
        world.Settle();

        Assert.Equal(JobState.Failed, world.JobStates[job]);
        Assert.Contains(world.History, happened => happened.Message.Contains("2 of 2 nodes: '/data' is not among the paths", StringComparison.Ordinal));
    }

    [Fact]
    public void Node_that_has_not_answered_may_be_tried_for_what_cannot_move()
    {
        var nodes = AddNodes(2);
        var job = world.Submit(Demand(_fixed));
        world.PlanAndApply();
        world.Answer(nodes[0], _fixed);
        world.Pass(world.Options.NamedAnswerTime);
        world.Settle();

        Assert.Equal(nodes[1], NodeOf(job));
    }

    [Fact]
    public void In_a_large_cluster_silence_is_an_answer_only_after_several_questions()
    {
        AddNodes(DataFact.MostAskedByName + 1);
        var job = world.Submit(Demand(_fixed));
        for (var round = 1; round <= DataFact.SilentRounds; round++)
        {
            Assert.Empty(Assert.Single(Settled().OfType<PlanStep.Ask>()).Nodes);
            Assert.NotEqual(JobState.Failed, world.JobStates[job]);
            world.Pass(world.Options.AnswerTime);
        }

        world.Settle();
        Assert.Equal(JobState.Failed, world.JobStates[job]);
    }

    [Fact]
    public void Second_job_over_data_that_nobody_has_follows_the_first_that_brings_it()
    {
        var nodes = AddNodes(4);
        var first = world.Submit(Demand(_need));
        var second = world.Submit(Demand(_need));
        world.PlanAndApply();
        nodes.ForEach(node => world.Answer(node, _need));
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(1));
        var third = world.Submit(Demand(_need));
        world.Settle();

        Assert.Equal([NodeOf(first), NodeOf(first)], [NodeOf(second), NodeOf(third)]);
    }

    [Fact]
    public void Required_data_has_to_be_there_and_is_so_when_the_work_runs_that_brings_it()
    {
        var nodes = AddNodes(2);
        var first = world.Submit(Demand(_need));
        world.PlanAndApply();
        nodes.ForEach(node => world.Answer(node, _need));
        world.Settle();
        var second = world.Submit(Demand(_need) with { RequiresData = true });
        world.Settle();
        Assert.False(world.IsRunning(second));

        world.Runs(world.Snapshot.Jobs[first].Holders[0]);
        world.Settle();
        Assert.Equal(NodeOf(first), NodeOf(second));
    }

    [Fact]
    public void Data_that_is_on_its_way_too_long_is_not_believed_to_come()
    {
        var nodes = AddNodes(2);
        world.Submit(Demand(_need));
        world.PlanAndApply();
        nodes.ForEach(node => world.Answer(node, _need));
        world.Settle();
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.True(world.Snapshot.Facts[_need.Key].HasHolder);
            world.Pass(TimeSpan.FromMinutes(1));
            nodes.ForEach(node => world.Answer(node, _need));
        }

        Assert.False(world.Snapshot.Facts[_need.Key].HasHolder);
    }

    [Fact]
    public void Data_that_could_not_be_made_ready_on_a_node_is_not_believed_to_be_there()
    {
        var nodes = AddNodes(2);
        var job = Run(_need, (nodes[0], Gigabyte));
        world.Report(world.Snapshot.Jobs[job].Holders[0], ObservedOutcome.Failed);

        Assert.DoesNotContain(nodes[0], world.Snapshot.Facts[_need.Key].Holdings.Keys);
    }

    [Fact]
    public void Each_partition_goes_to_the_node_that_holds_its_part()
    {
        var nodes = AddNodes(3);
        var need = Need("p") with { Partitions = 3 };
        var job = world.Submit(Demand(need) with { Count = 3 });
        world.PlanAndApply();
        for (var i = 0; i < 3; i++)
        {
            var parts = ImmutableSortedDictionary<int, long>.Empty.Add(2 - i, Gigabyte);
            world.Answer(nodes[i], need, held: new DataHolding { Bytes = Gigabyte, Parts = parts, At = world.Now });
        }

        world.Settle();
        var holders = world.Snapshot.Jobs[job].Holders;
        Assert.Equal([nodes[2], nodes[1], nodes[0]], holders.Select(holder => world.Snapshot.Executions[holder.Value].Node));
    }

    [Fact]
    public void Partition_that_waits_for_a_busy_node_holds_up_none_behind_it()
    {
        var nodes = AddNodes(3, _oneSlot);
        Run(_need, (nodes[0], Gigabyte));
        var need = Need("p") with { Partitions = 4 };
        var job = world.Submit(Demand(need) with { Count = 4 });
        world.PlanAndApply();
        var parts = ImmutableSortedDictionary<int, long>.Empty.Add(0, Gigabyte).Add(2, Gigabyte);
        world.Answer(nodes[0], need, held: new DataHolding { Bytes = 2 * Gigabyte, Parts = parts, At = world.Now });
        world.Answer(nodes[1], need);
        world.Answer(nodes[2], need);
        world.Settle();

        Assert.Equal([1, 3], world.Snapshot.Jobs[job].Holders.Keys);

        world.EndAll(nodes[0]);
        world.Settle();
        Assert.Equal(nodes[0], world.Snapshot.Executions[world.Snapshot.Jobs[job].Holders[0]].Node);

        world.EndAll(nodes[1]);
        world.Settle();
        world.Pass(TimeSpan.FromSeconds(31));
        world.Settle();
        Assert.Equal([0, 2, 3], world.Snapshot.Jobs[job].Holders.Keys);
    }

    [Fact]
    public void Partitions_that_wait_are_passed_by_so_many_and_no_more()
    {
        var nodes = AddNodes(2, _oneSlot);
        Run(_need, (nodes[0], Gigabyte));
        var count = (2 * LiveJob.MostAhead) + 2;
        var need = Need("p") with { Partitions = count };
        var job = world.Submit(Demand(need) with { Count = count });
        world.PlanAndApply();
        var parts = Enumerable.Range(0, count - 1).ToImmutableSortedDictionary(part => part, _ => Gigabyte);
        world.Answer(nodes[0], need, held: new DataHolding { Bytes = (count - 1L) * Gigabyte, Parts = parts, At = world.Now });
        world.Answer(nodes[1], need);
        world.Settle();

        Assert.Empty(world.Snapshot.Jobs[job].Holders);
        Assert.Equal(0, world.Snapshot.Jobs[job].NextFresh);
    }

    [Fact]
    public void Near_node_is_as_good_as_one_that_holds_it()
    {
        var nodes = AddNodes(3);
        var job = world.Submit(Demand(_need) with { RequiresData = true });
        world.PlanAndApply();
        world.Answer(nodes[0], _need);
        world.Answer(nodes[1], _need, held: new DataHolding { IsNear = true, At = world.Now });
        world.Answer(nodes[2], _need);
        world.Settle();

        Assert.Equal(nodes[1], NodeOf(job));
    }

    /// <summary>Submits a job over a need, lets all nodes answer, and places it.</summary>
    private JobId Run(DataNeed need, params (NodeId Node, long Bytes)[] held)
    {
        var job = world.Submit(Demand(need));
        world.PlanAndApply();
        foreach (var id in world.Snapshot.Nodes.Keys)
        {
            world.Answer(id, need, held.FirstOrDefault(one => one.Node == id).Bytes);
        }

        world.Settle();
        return job;
    }

    private List<PlanStep> Settled()
    {
        var steps = new List<PlanStep>();
        for (var plan = world.PlanAndApply(); !plan.Steps.IsEmpty; plan = world.PlanAndApply())
        {
            steps.AddRange(plan.Steps);
        }

        return steps;
    }

    private List<NodeId> AddNodes(int count, ResourceAmount? capacity = null) =>
        [.. Enumerable.Range(0, count).Select(_ => world.AddNode(capacity is { } size ? ClusterWorld.Facts(size) : null))];

    private NodeId NodeOf(JobId job) => world.Snapshot.Executions[world.Snapshot.Jobs[job].Holders[0]].Node;

    private string ChoiceOf(JobId job) => world.Snapshot.Executions[world.Snapshot.Jobs[job].Holders[0]].Choice;

    private static JobDemand Demand(params DataNeed[] needs) => ClusterWorld.Demand(1, 500) with { Data = [.. needs] };

    private static DataNeed Need(string key) => new() { Key = key, Source = new SpecConfig { Type = "s3" }, Name = $"the data {key}" };
}
