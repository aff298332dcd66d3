namespace Bacalhau.Core.Cluster;

/// <summary>What is in the way of something that an operator wants done to a node.</summary>
public enum NodeActionObstacle
{
    /// <summary>There is no such node.</summary>
    Unknown,

    /// <summary>It cannot be done to this node.</summary>
    Impossible,

    /// <summary>It is so already.</summary>
    Done,
}

/// <summary>Why something was not done to a node. Nothing has changed.</summary>
/// <param name="Obstacle">What is in the way.</param>
/// <param name="Reason">In words.</param>
/// <param name="Hint">What to do instead; empty for nothing.</param>
public sealed record NodeActionRefusal(NodeActionObstacle Obstacle, string Reason, string Hint = "")
{
    /// <summary>The node was deleted while it was asked for, or never was.</summary>
    public static NodeActionRefusal Unknown(NodeId id) =>
        new(NodeActionObstacle.Unknown, $"node {id} is not known", "see 'bacalhau node list'");

    /// <summary>An operator has decided that the node leaves.</summary>
    public static NodeActionRefusal Leaving(NodeId id, NodeExit exit) => new(
        NodeActionObstacle.Done,
        $"node {id} is being {(exit.How == NodeLeaving.Rejected ? "rejected" : "deleted")}",
        $"to keep it after all: bacalhau node approve {id}");

    /// <summary>The orchestrator's own entry runs nothing and cannot be moved or shut out.</summary>
    public static NodeActionRefusal OwnEntry(NodeId id, string action) =>
        new(NodeActionObstacle.Impossible, $"node {id} is the orchestrator itself and cannot be {action}");
}
