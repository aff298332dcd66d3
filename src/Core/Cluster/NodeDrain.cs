namespace Bacalhau.Core.Cluster;

/// <summary>An operator empties a node: nothing new is placed on it, and what runs there moves elsewhere.</summary>
/// <param name="Since">When it was asked for first.</param>
/// <param name="Deadline">Until then batch and ops work that runs there may finish; null, or passed, when everything is moved at once.</param>
public sealed record NodeDrain(DateTimeOffset Since, DateTimeOffset? Deadline)
{
    /// <summary>Whether what can come to an end by itself may still run there.</summary>
    public bool LetsFinish(DateTimeOffset now) => Deadline > now;
}
