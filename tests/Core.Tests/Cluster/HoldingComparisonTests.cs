using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;
using static Bacalhau.Core.Tests.Cluster.SessionWorld;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class HoldingComparisonTests
{
    private static readonly ExecutionId Unknown = new("e-unknown");
    private readonly SessionWorld world = new SessionWorld().Ready();

    private ClusterNode TheNode => world.TheNode;

    [Fact]
    public void Execution_that_was_acknowledged_and_is_not_listed_is_lost_by_the_node()
    {
        world.PlaceAcked(0);
        Again();
        world.List();

        Assert.Empty(TheNode.Executions);
        Assert.Equal(ResourceAmount.Zero, TheNode.Used);
        Assert.Contains(world.LastDraft.TouchedExecutions, row => row is { Id.Value: "e-0", State: ExecutionState.Failed });
        Assert.True(world.Snapshot.Jobs[Job].Retries.ContainsKey(0));
    }

    [Fact]
    public void Execution_that_was_never_acknowledged_and_is_not_listed_is_sent_again()
    {
        var execution = world.Place(0);
        Again();
        world.List();

        Assert.Contains(TheNode.Outbox, place => place.Execution == execution.Id);
        Assert.False(world.Snapshot.Executions[execution.Id].IsEnded);
    }

    [Fact]
    public void Listed_execution_counts_as_acknowledged()
    {
        var execution = world.Place(0);
        Again();
        world.List(Listing(execution));

        Assert.Empty(TheNode.Outbox);
        Assert.True(world.Snapshot.Executions[execution.Id].IsKnownToNode);
    }

    [Fact]
    public void Stop_that_did_not_arrive_is_sent_again()
    {
        var execution = world.PlaceAcked(0);
        world.Commit(draft => ExecutionStops.Ask(draft, draft.Execution(execution.Id)!, "enough", world.Now));
        Again();
        world.List(Listing(execution));

        Assert.Contains(TheNode.Outbox, place => place.Execution == execution.Id);
        Assert.Equal(Ask.Stop, world.Snapshot.Executions[execution.Id].Ask);
    }

    [Fact]
    public void Residue_is_forgotten_when_it_has_ended_on_the_node_too()
    {
        var ended = Ended();
        Again();
        world.List(_ => ended, Listing(ended, isEnded: true));

        var residue = world.Snapshot.Executions[ended.Id];
        Assert.Equal(Ask.Forget, residue.Ask);
        Assert.Contains(TheNode.Outbox, place => place.Execution == ended.Id);
        Assert.Equal(ResourceAmount.Zero, TheNode.Used);
        Assert.False(world.LastDraft.HasWrites);
    }

    [Fact]
    public void Residue_that_still_runs_takes_room_and_is_stopped_first()
    {
        var ended = Ended();
        Again();
        world.List(_ => ended, Listing(ended));

        Assert.Equal(Ask.Stop, world.Snapshot.Executions[ended.Id].Ask);
        Assert.Equal(ended.Amount, TheNode.Used);
    }

    [Fact]
    public void Residue_that_was_forgotten_leaves_the_snapshot()
    {
        var ended = Ended();
        Again();
        world.List(_ => ended, Listing(ended, isEnded: true));
        world.Acknowledge(new AnsweredWish(ended.Id, world.Snapshot.Executions[ended.Id].AskRevision));

        Assert.Empty(TheNode.Executions);
        Assert.Empty(TheNode.Outbox);
    }

    [Fact]
    public void Ended_execution_that_the_node_no_longer_lists_leaves_the_snapshot()
    {
        var execution = world.PlaceAcked(0);
        Report(execution, ObservedOutcome.Completed);
        Again();
        world.List();

        Assert.Empty(TheNode.Executions);
    }

    [Fact]
    public void Execution_of_a_lost_node_is_taken_back()
    {
        var execution = world.PlaceAcked(0);
        world.Judge(Rules.DisconnectTimeout);
        world.Hello("boot-2");
        world.List(Listing(execution));

        Assert.True(world.Snapshot.Executions[execution.Id].HoldsRoom);
        Assert.Equal(execution.Amount, TheNode.Used);
        Assert.Empty(world.Snapshot.Jobs[Job].Retries);
    }

    [Fact]
    public void Execution_of_a_lost_node_that_was_replaced_is_stopped_and_holds_room_until_its_end()
    {
        var execution = world.PlaceAcked(0);
        world.Judge(Rules.DisconnectTimeout);
        world.Commit(draft => ExecutionStops.Withdraw(draft, draft.Execution(execution.Id)!, "replaced", world.Now));
        world.Hello("boot-2");
        world.List(Listing(execution));

        Assert.Equal(Ask.Stop, world.Snapshot.Executions[execution.Id].Ask);
        Assert.Equal(execution.Amount, TheNode.Used);
        Report(execution, ObservedOutcome.Completed);
        Assert.Equal(Ask.Forget, world.Snapshot.Executions[execution.Id].Ask);
        Assert.Equal(ResourceAmount.Zero, TheNode.Used);
        Assert.Equal(0, world.Snapshot.Jobs[Job].Completed.Count);
    }

    [Fact]
    public void Execution_that_the_store_does_not_know_is_stopped_and_forgotten_after_a_day()
    {
        Again();
        world.List(new ListedExecution(Unknown, Job, 3, 1, IsEnded: false, TakesRoom: true));
        Assert.Equal(new Stranger(Job, StrangerWish.Stop, 4, false, world.Now) { ReportRevision = 1 }, TheNode.Strangers[Unknown]);
        Assert.True(TheNode.HasUnsent);
        Assert.Contains(Node, world.Snapshot.Unserved);

        world.Acknowledge(new AnsweredWish(Unknown, 4));
        Assert.DoesNotContain(Node, world.Snapshot.Unserved);

        world.Judge(Stranger.KeptFor);
        Assert.Equal(StrangerWish.Forget, TheNode.Strangers[Unknown].Wish);
    }

    [Fact]
    public void Execution_that_a_restored_store_does_not_know_runs_on()
    {
        world.Commit(HeldWork.Begin);
        Again();
        world.List(new ListedExecution(Unknown, Job, 3, 1, IsEnded: false, TakesRoom: true));
        Assert.False(TheNode.HasUnsent);
        Again();
        world.List(new ListedExecution(Unknown, Job, 3, 1, IsEnded: false, TakesRoom: true));

        Assert.Equal(StrangerWish.Hold, TheNode.Strangers[Unknown].Wish);
    }

    [Fact]
    public void Execution_that_the_store_does_not_know_holds_its_room_until_its_end_is_reported()
    {
        var amount = new ResourceAmount(3000, 0, 0, 0);
        world.List(Unheard(order: 1) with { Amount = amount });
        var free = TheNode.Free.CpuMillis;
        world.Commit(draft => ExecutionReports.Take(draft, Node, Seen(ObservedOutcome.Running, 2), world.Now));
        Assert.Equal((1000, 1000), (free, TheNode.Free.CpuMillis));
        world.Commit(draft => ExecutionReports.Take(draft, Node, Seen(ObservedOutcome.Stopped, 3), world.Now));

        Assert.Equal(4000, TheNode.Free.CpuMillis);
        Assert.Equal(3, TheNode.Strangers[Unknown].ReportRevision);
    }

    [Fact]
    public void Execution_that_a_later_state_of_the_store_placed_shows_that_it_was_restored()
    {
        world.Commit(draft => HoldingComparison.Compare(draft, Statement(Unheard(order: 9)), world.Now));

        Assert.Equal(StrangerWish.Hold, TheNode.Strangers[Unknown].Wish);
        Assert.True(TheNode.HoldsStrangers);
        Assert.Contains(world.LastDraft.TouchedNodes, row => row.Value is { HoldsStrangers: true });
    }

    [Fact]
    public void What_is_held_is_stopped_when_an_operator_says_so_and_nothing_is_held_after_that()
    {
        world.Commit(draft => HoldingComparison.Compare(draft, Statement(Unheard(order: 9)), world.Now));
        Assert.Equal(1, world.Commit(draft => HeldWork.Stop(draft, Node, term: 2, world.Now)));
        Assert.True(TheNode.HasUnsent);
        Assert.Contains(world.LastDraft.TouchedNodes, row => row.Value is { HoldsStrangers: false, StopsStrangersBelow: 2 });
        Again();
        world.Commit(draft => HoldingComparison.Compare(draft, Statement(Unheard(order: 9)), world.Now));

        Assert.Equal((StrangerWish.Stop, 4L), (TheNode.Strangers[Unknown].Wish, TheNode.Strangers[Unknown].AskRevision));
        Assert.False(TheNode.HoldsStrangers);
    }

    [Fact]
    public void What_was_stopped_is_not_held_again_when_another_node_shows_that_the_store_was_restored()
    {
        world.Commit(draft => HeldWork.Stop(draft, Node, term: 2, world.Now));
        world.Commit(HeldWork.Begin);
        world.Commit(draft => HoldingComparison.Compare(draft, Statement(Unheard(order: 9)), world.Now));

        Assert.Equal(StrangerWish.Stop, TheNode.Strangers[Unknown].Wish);
    }

    [Fact]
    public void Store_that_is_restored_again_holds_what_was_placed_after_an_operator_stopped_all()
    {
        world.Commit(draft => HeldWork.Stop(draft, Node, term: 2, world.Now));
        world.Commit(draft => HoldingComparison.Compare(draft, Statement(Unheard(order: 9) with { Term = 2 }), world.Now));

        Assert.Equal(StrangerWish.Hold, TheNode.Strangers[Unknown].Wish);
    }

    [Fact]
    public void Store_that_is_behind_its_node_speaks_with_a_counter_above_the_one_seen()
    {
        var execution = world.PlaceAcked(0);
        Again();
        world.List(Listing(execution, askRevision: 7));

        var now = world.Snapshot.Executions[execution.Id];
        Assert.Equal(8, now.AskRevision);
        Assert.Contains(TheNode.Outbox, place => place.Execution == execution.Id);
        Assert.Contains(world.LastDraft.TouchedExecutions, row => row.Id == execution.Id);
    }

    [Fact]
    public void List_of_another_session_is_not_compared()
    {
        world.PlaceAcked(0);
        var statement = new HoldingStatement
        {
            Node = Node,
            Session = new SessionId("old"),
            Listed = System.Collections.Immutable.ImmutableSortedDictionary<ExecutionId, ListedExecution>.Empty,
            FindEnded = _ => null,
        };

        Assert.False(world.Commit(draft => HoldingComparison.Compare(draft, statement, world.Now)));
        Assert.Single(TheNode.Executions);
    }

    [Fact]
    public void Acknowledgement_of_an_old_session_says_nothing_about_the_present_one()
    {
        var execution = world.Place(0);

        Assert.False(world.Commit(draft =>
            WishAcknowledgement.Take(draft, Node, new SessionId("old"), [new AnsweredWish(execution.Id, 1)], world.Now)));
        Assert.NotEmpty(TheNode.Outbox);
    }

    [Fact]
    public void Acknowledgement_of_an_older_wish_leaves_the_newer_one_to_be_sent()
    {
        var execution = world.Place(0);
        world.Commit(draft => ExecutionStops.Ask(draft, draft.Execution(execution.Id)!, "enough", world.Now));
        world.Acknowledge(new AnsweredWish(execution.Id, 1));

        Assert.NotEmpty(TheNode.Outbox);
        Assert.False(world.LastDraft.HasWrites);
    }

    [Fact]
    public void Wish_that_a_node_can_never_take_ends_the_execution_as_refused()
    {
        var execution = world.Place(0);
        world.Acknowledge(new AnsweredWish(execution.Id, 1, "unknown field"));

        Assert.Equal(ExecutionState.BidRejected, world.Snapshot.Executions[execution.Id].State);
        Assert.True(world.Snapshot.Jobs[Job].Refusals.ContainsKey(Node));
    }

    /// <summary>The same process opens another session.</summary>
    private void Again() => world.Hello(gone: TheNode.Session);

    private void Report(LiveExecution execution, ObservedOutcome outcome) => world.Commit(draft => ExecutionReports.Take(
        draft, Node, new Observation { Execution = execution.Id, ReportRevision = execution.ReportRevision + 1, Outcome = outcome }, world.Now));

    private static LiveExecution Ended() => NewExecution(new ExecutionId("e-9"), 2, 1) with
    {
        State = ExecutionState.Completed,
        Desired = DesiredState.Stopped,
        Ask = Ask.Forget,
        AskRevision = 2,
        ReportRevision = 0,
        HoldsPartition = false,
        HoldsRoom = false,
    };

    private static ListedExecution Unheard(long order) => new(Unknown, Job, 3, 1, IsEnded: false, TakesRoom: true) { Order = order, Term = 1 };

    private static Observation Seen(ObservedOutcome outcome, long revision) => new() { Execution = Unknown, ReportRevision = revision, Outcome = outcome };

    private HoldingStatement Statement(ListedExecution listed) => new()
    {
        Node = Node,
        Session = TheNode.Session!.Value,
        Listed = System.Collections.Immutable.ImmutableSortedDictionary<ExecutionId, ListedExecution>.Empty.Add(listed.Id, listed),
        FindEnded = _ => null,
        IsFromLater = unknown => unknown.Order > 5,
    };
}
