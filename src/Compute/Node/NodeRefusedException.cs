namespace Bacalhau.Compute.Node;

/// <summary>The node cannot go on, and another try will not help: the message says why and what to do. The process ends with it.</summary>
public sealed class NodeRefusedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether another process is this node now, so that whatever this one has at work ends with it.</summary>
    public bool IsReplaced { get; init; }
}
