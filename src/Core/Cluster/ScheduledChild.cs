namespace Bacalhau.Core.Cluster;

/// <summary>A job that a scheduled one has started.</summary>
/// <param name="Parent">The scheduled job.</param>
/// <param name="Child">The job that it has started.</param>
public readonly record struct ScheduledChild(JobId Parent, JobId Child) : IComparable<ScheduledChild>
{
    /// <inheritdoc/>
    public int CompareTo(ScheduledChild other)
    {
        var byParent = Parent.CompareTo(other.Parent);
        return byParent != 0 ? byParent : Child.CompareTo(other.Child);
    }
}
