namespace Bacalhau.Core;

/// <summary>Public id of a job: <c>j-</c> and a UUID. Names one job for ever, whatever its version.</summary>
public readonly record struct JobId(string Value) : IComparable<JobId>
{
    /// <inheritdoc/>
    public int CompareTo(JobId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Public id of an execution: <c>e-</c> and a UUID. One attempt of one partition on one node.</summary>
public readonly record struct ExecutionId(string Value) : IComparable<ExecutionId>
{
    /// <inheritdoc/>
    public int CompareTo(ExecutionId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Public id of a node: <c>n-</c> and a UUID, or the name its operator gave it.</summary>
public readonly record struct NodeId(string Value) : IComparable<NodeId>
{
    /// <inheritdoc/>
    public int CompareTo(NodeId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Id of one life of a node's connection, given by the orchestrator in answer to a hello. Nothing sent in one session is valid in another.</summary>
public readonly record struct SessionId(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
