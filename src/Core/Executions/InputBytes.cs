namespace Bacalhau.Core.Executions;

/// <summary>The bytes of an execution's inputs.</summary>
/// <param name="Here">Bytes that were on the node already.</param>
/// <param name="Moved">Bytes that had to come over the network.</param>
public readonly record struct InputBytes(long Here, long Moved)
{
    /// <summary>Of all of several inputs.</summary>
    public static InputBytes operator +(InputBytes one, InputBytes other) => new(one.Here + other.Here, one.Moved + other.Moved);
}
