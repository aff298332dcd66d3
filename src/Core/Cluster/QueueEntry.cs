namespace Bacalhau.Core.Cluster;

/// <summary>
/// A job's place in the queue. Entries that can be served alike stand together, so that a whole group can be passed over at once: by priority, highest first, then
/// namespace, then shape. In a group come the jobs with the fewest executions first, then the oldest.
/// </summary>
/// <param name="Priority">The job's priority.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Shape">What nodes it fits, as a number.</param>
/// <param name="Running">Executions that it has.</param>
/// <param name="Sequence">Order of submission.</param>
/// <param name="Job">The job.</param>
public readonly record struct QueueEntry(int Priority, string Namespace, long Shape, int Running, long Sequence, JobId Job) : IComparable<QueueEntry>
{
    /// <inheritdoc/>
    public int CompareTo(QueueEntry other)
    {
        var byPriority = other.Priority.CompareTo(Priority);
        if (byPriority != 0)
        {
            return byPriority;
        }

        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace
            : Shape != other.Shape ? Shape.CompareTo(other.Shape)
            : Running != other.Running ? Running.CompareTo(other.Running)
            : Sequence.CompareTo(other.Sequence);
    }
}
