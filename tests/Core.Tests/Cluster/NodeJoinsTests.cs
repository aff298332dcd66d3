using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Tests.Cluster;

public sealed class NodeJoinsTests
{
    private readonly SessionWorld world = new();
    private long keys = 100;

    [Fact]
    public void New_node_takes_part_at_once() => Assert.Equal(NodeMembership.Approved, Join("n-2", "UA", new JoinPolicy()).Membership);

    [Fact]
    public void New_node_waits_for_an_operator_when_approval_is_manual() =>
        Assert.Equal(NodeMembership.Pending, Join("n-2", "UA", new JoinPolicy(ApprovesAll: false)).Membership);

    [Fact]
    public void Joining_again_with_the_same_key_changes_nothing()
    {
        Join("n-2", "UA", new JoinPolicy());
        Join("n-2", "UA", new JoinPolicy());

        Assert.False(world.LastDraft.HasWrites);
    }

    [Fact]
    public void Known_name_with_another_key_is_refused()
    {
        Join("n-2", "UA", new JoinPolicy());
        var decision = Join("n-2", "UB", new JoinPolicy());

        Assert.Null(decision.Membership);
        Assert.Contains("bacalhau node delete n-2", decision.Reason, StringComparison.Ordinal);
        Assert.Equal("UA", world.Snapshot.Nodes[new NodeId("n-2")].PublicKey);
    }

    [Fact]
    public void Nodes_beyond_the_pending_cap_are_refused()
    {
        var policy = new JoinPolicy(ApprovesAll: false, MaxPending: 1);
        Join("n-2", "UA", policy);

        Assert.Null(Join("n-3", "UB", policy).Membership);
        Assert.False(world.Snapshot.Nodes.ContainsKey(new NodeId("n-3")));
    }

    [Fact]
    public void Nodes_beyond_the_largest_cluster_are_refused()
    {
        Join("n-2", "UA", new JoinPolicy(MaxNodes: 2));

        Assert.Null(Join("n-3", "UB", new JoinPolicy(MaxNodes: 2)).Membership);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a b")]
    [InlineData("*")]
    public void Name_that_cannot_be_part_of_a_subject_is_refused(string name) => Assert.Null(Join(name, "UA", new JoinPolicy()).Membership);

    private JoinDecision Join(string id, string key, JoinPolicy policy) =>
        world.Commit(draft => NodeJoins.Join(draft, new NodeId(id), key, policy, () => ++keys, world.Now));
}
