using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class NodeSessionsTests
{
    private readonly SessionWorld world = new();

    private ClusterNode Node => world.TheNode;

    [Fact]
    public void Hello_opens_a_session_but_no_work_is_placed_before_the_list()
    {
        Assert.IsType<SessionDecision.Opened>(world.Hello());
        Assert.False(Node.IsEligible);
        world.List();

        Assert.True(Node.IsEligible);
    }

    [Fact]
    public void Hello_of_a_node_that_is_no_member_is_refused()
    {
        world.Commit(draft => draft.Put(Node with { Membership = NodeMembership.Pending }));

        Assert.Equal("notApproved", Assert.IsType<SessionDecision.Refused>(world.Hello()).Code);
    }

    [Fact]
    public void Second_process_that_was_not_checked_against_the_first_is_refused()
    {
        world.Hello("boot-1");

        Assert.Equal("tryAgain", Assert.IsType<SessionDecision.Refused>(world.Hello("boot-2")).Code);
        Assert.Equal("boot-1", Node.BootId);
    }

    [Fact]
    public void Second_process_takes_over_when_the_first_is_gone()
    {
        world.Hello("boot-1");

        Assert.IsType<SessionDecision.Opened>(world.Hello("boot-2", gone: Node.Session));
        Assert.Equal("boot-2", Node.BootId);
    }

    [Fact]
    public void Facts_are_counted_only_when_they_change()
    {
        world.Ready();
        var before = Node.FactsRevision;
        world.Commit(draft => NodeSessions.Heed(draft, Node.Id, Node.Session!.Value, SessionWorld.Facts(), "", world.Now));
        Assert.Equal(before, Node.FactsRevision);
        world.Commit(draft => NodeSessions.Heed(draft, Node.Id, Node.Session!.Value, SessionWorld.Facts(8000), "", world.Now));

        Assert.Equal(before + 1, Node.FactsRevision);
    }

    [Fact]
    public void Unwell_node_gets_nothing_new()
    {
        world.Ready();
        world.Commit(draft => NodeSessions.Heed(draft, Node.Id, Node.Session!.Value, null, "disk full", world.Now));

        Assert.False(Node.IsEligible);
    }

    [Fact]
    public void Signs_of_life_are_not_written()
    {
        world.Ready();
        world.Commit(draft => NodeSessions.Hear(draft, Node.Id, Node.Session!.Value, world.Now.AddSeconds(1), world.Now.AddSeconds(1)));

        Assert.False(world.LastDraft.HasWrites);
        Assert.Equal(world.Now.AddSeconds(1), Node.LastSeenAt);
    }

    [Fact]
    public void Message_of_another_session_is_told_that_it_is_over()
    {
        world.Ready();

        Assert.False(world.Commit(draft => NodeSessions.Hear(draft, Node.Id, new SessionId("old"), world.Now, world.Now)));
    }

    [Fact]
    public void Node_that_missed_two_heartbeats_gets_nothing_new_and_keeps_what_it_has()
    {
        var execution = world.Ready().PlaceAcked(0);
        world.Judge(SessionWorld.Rules.SilenceLimit);

        Assert.Equal(NodeConnection.Disconnected, Node.Connection);
        Assert.False(Node.IsEligible);
        Assert.Equal(execution, world.Snapshot.Executions[execution.Id]);
    }

    [Fact]
    public void Disconnected_node_that_speaks_again_is_connected()
    {
        world.Ready();
        world.Judge(SessionWorld.Rules.SilenceLimit);
        world.Commit(draft => NodeSessions.Hear(draft, Node.Id, Node.Session!.Value, world.Now, world.Now));

        Assert.True(Node.IsEligible);
    }

    [Fact]
    public void Silent_node_is_lost_and_its_partition_is_placed_again()
    {
        var execution = world.Ready().PlaceAcked(0);
        world.Judge(SessionWorld.Rules.DisconnectTimeout);

        Assert.Equal(NodeConnection.Lost, Node.Connection);
        Assert.Null(Node.Session);
        Assert.Equal(ExecutionPhase.Unreachable, world.Snapshot.Executions[execution.Id].Phase);
        Assert.True(world.Snapshot.Jobs[SessionWorld.Job].Retries.ContainsKey(0));
        Assert.Contains(SessionWorld.Job, world.Snapshot.Dirty);
    }

    [Fact]
    public void Orchestrators_own_entry_is_never_lost()
    {
        var own = new NodeId("orchestrator");
        world.Commit(draft => draft.Put(Node with { Id = own, PublicKey = "", Connection = NodeConnection.Connected }));
        world.Judge(TimeSpan.FromHours(1));

        Assert.Equal(NodeConnection.Connected, world.Snapshot.Nodes[own].Connection);
    }

    [Fact]
    public void Nobody_is_lost_before_the_orchestrator_has_listened_for_a_whole_timeout()
    {
        world.Ready();
        world.Commit(draft => draft.Put(Node with { LastSeenAt = world.Now.AddHours(-1) }));
        world.Judge(SessionWorld.Rules.DisconnectTimeout - TimeSpan.FromSeconds(1));
        Assert.NotEqual(NodeConnection.Lost, Node.Connection);
        world.Judge(TimeSpan.FromSeconds(1));

        Assert.Equal(NodeConnection.Lost, Node.Connection);
    }

    [Fact]
    public void Nobody_is_lost_for_a_silence_that_the_orchestrator_slept_through()
    {
        world.Ready();
        var listening = new Listening(world.Now, world.Now).At(world.Now.AddHours(1), SessionWorld.Rules);
        world.Judge(TimeSpan.FromHours(1), listening);
        Assert.NotEqual(NodeConnection.Lost, Node.Connection);
        world.Judge(SessionWorld.Rules.DisconnectTimeout, listening.At(world.Now.AddSeconds(5), SessionWorld.Rules));

        Assert.Equal(NodeConnection.Lost, Node.Connection);
    }

    [Fact]
    public void Execution_that_waits_in_line_still_does_when_its_node_comes_back_from_being_lost_twice()
    {
        world.Ready();
        var execution = world.PlaceAcked(0);
        world.Commit(draft => draft.Put(draft.Execution(execution.Id)! with { InLine = true, Amount = Node.Facts.Capacity with { CpuMillis = 1_000_000 } }));
        world.Judge(SessionWorld.Rules.DisconnectTimeout);
        world.Commit(draft => draft.Put(Node with { Connection = NodeConnection.Disconnected }));
        world.Judge(SessionWorld.Rules.DisconnectTimeout);
        world.Hello();
        world.List(SessionWorld.Listing(world.Snapshot.Executions[execution.Id]));

        Assert.True(world.Snapshot.Executions[execution.Id] is { InLine: true, HoldsRoom: true });
        Assert.Equal(0, Node.Used.CpuMillis);
    }

    [Fact]
    public void Goodbye_frees_what_was_stopped_and_only_that()
    {
        world.Ready();
        var stopped = world.PlaceAcked(0);
        var kept = world.PlaceAcked(1);
        world.Commit(draft => NodeSessions.End(draft, Node.Id, Node.Session!.Value, [stopped.Id], world.Now));

        Assert.Equal(kept.Amount, Node.Used);
        Assert.Null(Node.Session);
        Assert.True(world.Snapshot.Executions[stopped.Id].IsEnded);
        Assert.False(world.Snapshot.Executions[kept.Id].IsEnded);
        Assert.Empty(world.Snapshot.Jobs[SessionWorld.Job].Failures);
    }
}
