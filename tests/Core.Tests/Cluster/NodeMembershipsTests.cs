using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class NodeMembershipsTests
{
    private readonly SessionWorld world = new SessionWorld().Ready();

    [Fact]
    public void Work_of_a_rejected_node_is_given_to_others_at_once()
    {
        var placed = world.PlaceAcked(0);
        Assert.Null(Reject("too slow"));

        Assert.Contains(0, world.Snapshot.Jobs[SessionWorld.Job].Retries.Keys);
        Assert.Empty(world.Snapshot.Jobs[SessionWorld.Job].Holders);
        Assert.False(world.Snapshot.Executions.ContainsKey(placed.Id));
        var ended = Assert.Single(world.LastDraft.TouchedExecutions);
        Assert.Equal((ExecutionState.Failed, Ask.Stop), (ended.State, ended.Ask));
        Assert.Equal("node n-1 was rejected by an operator", ended.Message);
        Assert.Equal(["node n-1 was rejected by an operator"], world.LastDraft.History.SelectMany(entry => entry.Events).Select(happened => happened.Message));
    }

    [Fact]
    public void Rejected_node_has_no_session_and_gets_none_until_it_is_approved()
    {
        Reject("");
        Assert.Equal((NodeMembership.Rejected, NodeConnection.Disconnected, "node rejected"), (world.TheNode.Membership, world.TheNode.Connection, world.TheNode.LastError));
        Assert.False(world.Commit(draft => NodeSessions.Hear(draft, SessionWorld.Node, SessionWorld.Session, world.Now, world.Now)));
        Assert.Equal("rejected", Assert.IsType<SessionDecision.Refused>(world.Hello()).Code);

        Assert.Null(world.Commit(draft => NodeMemberships.Approve(draft, SessionWorld.Node)));
        Assert.IsType<SessionDecision.Opened>(world.Hello());
    }

    [Fact]
    public void What_a_rejected_node_still_runs_is_stopped_when_it_is_approved_again()
    {
        var placed = world.PlaceAcked(0);
        Reject("");
        var ended = world.LastDraft.TouchedExecutions.Single();
        world.Commit(draft => NodeMemberships.Approve(draft, SessionWorld.Node));
        world.Hello();
        Assert.True(world.List(_ => ended, SessionWorld.Listing(placed)));

        var told = world.Snapshot.Executions[placed.Id];
        Assert.Equal((Ask.Stop, true), (told.Ask, told.AskRevision > placed.AskRevision));
        Assert.Contains(placed.Id, world.TheNode.Outbox.Select(place => place.Execution));
    }

    [Fact]
    public void While_a_grant_to_publish_runs_the_partition_is_not_placed_again()
    {
        var placed = world.PlaceAcked(0);
        var until = world.Now + TimeSpan.FromSeconds(50);
        world.Commit(draft => draft.Put(placed with { State = ExecutionState.Publishing, GrantUntil = until }));
        Reject("");

        Assert.Equal(until, world.Snapshot.Jobs[SessionWorld.Job].Retries[0].NotBefore);
    }

    [Fact]
    public void Deleted_node_is_gone_and_its_work_is_given_to_others()
    {
        world.PlaceAcked(0);
        Assert.Null(Delete());

        Assert.Empty(world.Snapshot.Nodes);
        Assert.Empty(world.Snapshot.Executions);
        Assert.Contains(0, world.Snapshot.Jobs[SessionWorld.Job].Retries.Keys);
        Assert.Equal(NodeActionObstacle.Unknown, Delete()?.Obstacle);
    }

    [Fact]
    public void Process_of_a_deleted_node_is_not_let_in_and_its_next_one_is()
    {
        Delete();
        JoinDecision Join(bool wasDeleted) =>
            world.Commit(draft => NodeJoins.Join(draft, SessionWorld.Node, "UKEY", new JoinPolicy(), () => 99, world.Now, wasDeleted));

        Assert.Equal((null, true), (Join(wasDeleted: true).Membership, Join(wasDeleted: true).WasDeleted));
        Assert.Equal(NodeMembership.Approved, Join(wasDeleted: false).Membership);
    }

    [Fact]
    public void The_orchestrators_own_compute_node_is_not_deleted()
    {
        world.Commit(draft => draft.Put(world.TheNode with { Facts = world.TheNode.Facts with { IsOrchestrator = true } }));

        Assert.Equal(NodeActionObstacle.Impossible, Delete()?.Obstacle);
        Assert.False(world.LastDraft.HasWrites);
    }

    [Fact]
    public void What_is_so_already_is_refused()
    {
        Assert.Equal(NodeActionObstacle.Done, world.Commit(draft => NodeMemberships.Approve(draft, SessionWorld.Node))?.Obstacle);
        Reject("");
        Assert.Equal(NodeActionObstacle.Done, Reject("")?.Obstacle);
        Assert.False(world.LastDraft.HasWrites);
    }

    [Fact]
    public void Stopped_job_is_over_when_its_last_node_is_rejected()
    {
        world.PlaceAcked(0);
        world.Commit(draft => Submission.Stop(draft, SessionWorld.Job, "", world.Now));
        Assert.NotEmpty(world.Snapshot.Jobs);
        Reject("");

        Assert.Empty(world.Snapshot.Jobs);
        Assert.Empty(world.Snapshot.Executions);
    }

    [Theory]
    [InlineData(NodeLeaving.Rejected, "node n-1 was rejected by an operator")]
    [InlineData(NodeLeaving.Deleted, "node n-1 was deleted by an operator")]
    public void Node_that_is_to_leave_is_asked_to_stop_what_it_runs_and_that_is_placed_again_when_it_has(NodeLeaving leaving, string reason)
    {
        var placed = world.PlaceAcked(0);
        Assert.Null(world.Commit(draft => NodeMemberships.BeginExit(draft, SessionWorld.Node, leaving, "", world.Now)));

        Assert.False(world.TheNode.IsEligible);
        var asked = world.Snapshot.Executions[placed.Id];
        Assert.Equal((Ask.Stop, reason), (asked.Ask, asked.DesiredMessage));
        Assert.Empty(world.Snapshot.Jobs[SessionWorld.Job].Retries);

        world.Commit(draft => ExecutionReports.Take(
            draft, SessionWorld.Node, new Observation { Execution = placed.Id, ReportRevision = 9, Outcome = ObservedOutcome.Stopped }, world.Now));
        Assert.Equal(world.Now, world.Snapshot.Jobs[SessionWorld.Job].Retries[0].NotBefore);
    }

    [Theory]
    [InlineData(14, 60, false)]
    [InlineData(15, 60, true)]
    [InlineData(60, 10, false)]
    public void Node_that_does_not_stop_leaves_when_it_has_had_the_time_and_this_orchestrator_has_listened_for_as_long(int seconds, int listened, bool leaves)
    {
        world.PlaceAcked(0);
        world.Commit(draft => NodeMemberships.BeginExit(draft, SessionWorld.Node, NodeLeaving.Rejected, "slow", world.Now));
        world.Now += TimeSpan.FromSeconds(seconds);

        world.Commit(draft => NodeLiveness.LetLeave(draft, new Listening(world.Now - TimeSpan.FromSeconds(listened), world.Now), world.Now));

        Assert.Equal(leaves, world.TheNode.Membership == NodeMembership.Rejected);
        Assert.Equal(leaves ? "node rejected: slow" : "", world.TheNode.LastError);
    }

    [Fact]
    public void Node_that_is_to_leave_is_neither_drained_nor_lost_to_whoever_approves_it()
    {
        world.PlaceAcked(0);
        world.Commit(draft => NodeMemberships.BeginExit(draft, SessionWorld.Node, NodeLeaving.Deleted, "", world.Now));

        Assert.Contains("being deleted", world.Commit(draft => NodeDrains.Begin(draft, SessionWorld.Node, null, world.Now))!.Reason, StringComparison.Ordinal);
        Assert.Null(world.Commit(draft => NodeMemberships.Approve(draft, SessionWorld.Node)));
        Assert.True(world.TheNode.IsOpen);
    }

    [Fact]
    public void Node_that_is_not_there_leaves_at_once()
    {
        world.PlaceAcked(0);
        world.Commit(draft => draft.Put(world.TheNode with { Connection = NodeConnection.Disconnected, Session = null }));

        Assert.Null(world.Commit(draft => NodeMemberships.BeginExit(draft, SessionWorld.Node, NodeLeaving.Deleted, "", world.Now)));
        Assert.Empty(world.Snapshot.Nodes);
    }

    [Theory]
    [InlineData(NodeLeaving.Rejected)]
    [InlineData(NodeLeaving.Deleted)]
    public void Orchestrators_own_entry_cannot_leave(NodeLeaving leaving)
    {
        world.Commit(draft => draft.Put(world.TheNode with { PublicKey = "", Facts = world.TheNode.Facts with { IsOrchestrator = true, IsCompute = false } }));

        Assert.Equal(NodeActionObstacle.Impossible, world.Commit(draft => NodeMemberships.BeginExit(draft, SessionWorld.Node, leaving, "", world.Now))?.Obstacle);
        Assert.False(world.LastDraft.HasWrites);
    }

    private NodeActionRefusal? Reject(string why) => world.Commit(draft => NodeMemberships.Reject(draft, SessionWorld.Node, why, world.Now));

    private NodeActionRefusal? Delete() => world.Commit(draft => NodeMemberships.Delete(draft, SessionWorld.Node, world.Now));
}
