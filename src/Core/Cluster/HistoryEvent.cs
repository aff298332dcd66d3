using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Cluster;

/// <summary>One line of a job's history (spec: job-model.md §8).</summary>
/// <param name="Execution">The execution it concerns; null for the job as a whole.</param>
/// <param name="Topic">What it concerns.</param>
/// <param name="Message">What happened.</param>
/// <param name="Timestamp">When it happened, by the orchestrator's clock.</param>
/// <param name="Details">Further facts.</param>
public sealed record HistoryEvent(
    ExecutionId? Execution, string Topic, string Message, DateTimeOffset Timestamp, ImmutableSortedDictionary<string, string> Details)
{
    /// <summary>An event without details.</summary>
    public HistoryEvent(ExecutionId? execution, string topic, string message, DateTimeOffset timestamp)
        : this(execution, topic, message, timestamp, TextMap.Empty)
    {
    }
}
