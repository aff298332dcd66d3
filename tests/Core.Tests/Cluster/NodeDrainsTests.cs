using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class NodeDrainsTests
{
    private readonly SessionWorld world = new SessionWorld().Ready();

    [Fact]
    public void Node_that_is_drained_takes_nothing_new_and_says_why()
    {
        Assert.Null(Begin(null));

        Assert.False(world.TheNode.IsEligible);
        Assert.True(world.LastDraft.HasWrites);
        Assert.Contains("is being drained", Shortage(), StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_on_it_are_looked_at_again_when_a_drain_begins_and_when_it_ends()
    {
        world.PlaceAcked(0);
        world.Commit(draft => draft.Clean(SessionWorld.Job));
        Begin(null);
        Assert.Contains(SessionWorld.Job, world.Snapshot.Dirty);

        world.Commit(draft => draft.Clean(SessionWorld.Job));
        Assert.Null(End());
        Assert.Contains(SessionWorld.Job, world.Snapshot.Dirty);
        Assert.True(world.TheNode.IsEligible);
    }

    [Fact]
    public void Draining_again_changes_the_deadline_and_not_the_beginning()
    {
        var began = world.Now;
        Begin(TimeSpan.FromMinutes(10));
        world.Now += TimeSpan.FromMinutes(1);
        Begin(TimeSpan.FromMinutes(1));

        Assert.Equal(new NodeDrain(began, began + TimeSpan.FromMinutes(2)), world.TheNode.Drain);
    }

    [Fact]
    public void Work_may_finish_until_the_deadline_and_not_without_one()
    {
        var drain = new NodeDrain(world.Now, world.Now + TimeSpan.FromMinutes(1));

        Assert.True(drain.LetsFinish(world.Now));
        Assert.False(drain.LetsFinish(world.Now + TimeSpan.FromMinutes(1)));
        Assert.False((drain with { Deadline = null }).LetsFinish(world.Now));
    }

    [Fact]
    public void Drain_outlives_the_process_and_the_loss_of_the_node()
    {
        Begin(TimeSpan.FromMinutes(10));
        world.Judge(TimeSpan.FromMinutes(5), new Listening(world.Now, world.Now));
        Assert.Equal(NodeConnection.Lost, world.TheNode.Connection);
        world.Hello("boot-2");
        Assert.True(world.List());

        Assert.NotNull(world.TheNode.Drain);
        Assert.False(world.TheNode.IsEligible);
    }

    [Fact]
    public void What_cannot_be_drained_is_refused_and_nothing_changes()
    {
        var own = new NodeId("n-own");
        world.Commit(draft => draft.Put(world.TheNode with { Id = own, PublicKey = "", Facts = new NodeFacts() }));
        var pending = new NodeId("n-new");
        world.Commit(draft => draft.Put(world.TheNode with { Id = pending, Membership = NodeMembership.Pending }));

        Assert.Equal(NodeActionObstacle.Unknown, Refused(new NodeId("n-none")));
        Assert.Equal(NodeActionObstacle.Impossible, Refused(own));
        Assert.Equal(NodeActionObstacle.Impossible, Refused(pending));
    }

    [Fact]
    public void Ending_a_drain_that_is_not_on_is_refused()
    {
        Assert.Equal(NodeActionObstacle.Done, End()?.Obstacle);
        Assert.False(world.LastDraft.HasWrites);
    }

    private NodeActionRefusal? Begin(TimeSpan? finishTime) =>
        world.Commit(draft => NodeDrains.Begin(draft, SessionWorld.Node, finishTime, world.Now));

    private NodeActionRefusal? End() => world.Commit(draft => NodeDrains.End(draft, SessionWorld.Node));

    private NodeActionObstacle? Refused(NodeId node)
    {
        var refusal = world.Commit(draft => NodeDrains.Begin(draft, node, null, world.Now));
        Assert.False(world.LastDraft.HasWrites);
        return refusal?.Obstacle;
    }

    private string Shortage() => NodeShortage.Find(world.Snapshot, world.Snapshot.Jobs[SessionWorld.Job], world.Now, TimeSpan.FromHours(24)).ToText();
}
