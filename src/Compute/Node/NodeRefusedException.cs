namespace Bacalhau.Compute.Node;

/// <summary>The node cannot go on, and another try will not help: the message says why and what to do. The process ends with it.</summary>
public sealed class NodeRefusedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether another process is this node now, so that whatever this one has at work ends with it.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>Whether an operator has rejected or deleted the node, so that whatever it has at work ends with it.</summary>
    public bool IsShutOut { get; init; }

    /// <summary>Whether it may be let in again without a new start: it is rejected, and an operator can approve it.</summary>
    public bool MayReturn { get; init; }
}
