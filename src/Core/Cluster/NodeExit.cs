namespace Bacalhau.Core.Cluster;

/// <summary>A node is to be rejected or deleted, and stops what it runs first, so that nothing runs twice.</summary>
/// <param name="How">How it leaves.</param>
/// <param name="Why">Why, in the operator's words; empty for none.</param>
/// <param name="Until">When it leaves whether it has stopped or not.</param>
public sealed record NodeExit(NodeLeaving How, string Why, DateTimeOffset Until)
{
    /// <summary>How long a node may take to stop what it runs: a little more than a task is given to end unless its job says otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
}

/// <summary>How a node leaves the cluster.</summary>
public enum NodeLeaving
{
    /// <summary>It is shut out until it is approved.</summary>
    Rejected,

    /// <summary>It is forgotten.</summary>
    Deleted,
}
