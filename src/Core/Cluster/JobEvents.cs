using System.Collections.Immutable;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Cluster;

/// <summary>The events that the orchestrator itself writes into histories; topics and details are the reference's (spec: job-model.md §8).</summary>
public static class JobEvents
{
    /// <summary>Topic of what is asked of a job.</summary>
    public const string Submission = "Submission";

    /// <summary>Topic of a job's state.</summary>
    public const string StateUpdate = "State Update";

    /// <summary>Topic of where work goes.</summary>
    public const string Scheduling = "Scheduling";

    /// <summary>Topic of waiting.</summary>
    public const string Queueing = "Queueing";

    /// <summary>Topic of a job's own time limit.</summary>
    public const string JobTimeout = "Job Timeout";

    /// <summary>Topic of a result on its way out of its node.</summary>
    public const string Publishing = "Publishing Results";

    /// <summary>Topic of an execution's state.</summary>
    public const string Execution = "Execution";

    /// <summary>A job's new state, told by its name.</summary>
    public static HistoryEvent StateChanged(JobState state, DateTimeOffset now) =>
        new(null, StateUpdate, state.ToString(), now, TextMap.Empty.Add("NewState", state.ToString()));

    /// <summary>An execution was placed.</summary>
    public static HistoryEvent Requested(ExecutionId execution, NodeId node, DateTimeOffset now) =>
        new(execution, Scheduling, $"Requested execution on {ShortId(node)}", now, TextMap.Empty.Add("NodeID", node.Value));

    /// <summary>Something failed.</summary>
    public static HistoryEvent Failed(ExecutionId? execution, string topic, ExecutionProblem problem, DateTimeOffset now)
    {
        var details = problem.Details.SetItem("IsError", "true");
        details = problem.Code.Length > 0 ? details.SetItem("ErrorCode", problem.Code) : details;
        details = problem.Hint.Length > 0 ? details.SetItem("Hint", problem.Hint) : details;
        return new HistoryEvent(execution, topic, problem.Message, now, details);
    }

    /// <summary>What a node told, at the time at which it happened by this orchestrator's clock.</summary>
    public static HistoryEvent FromNode(ExecutionId execution, ExecutionEvent happened, DateTimeOffset now) =>
        new(execution, happened.Topic, happened.Message, now - TimeSpan.FromMilliseconds(Math.Clamp(happened.AgeMillis, 0, 86_400_000)),
            happened.Details ?? ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>Prefix and eight digits of an id made of a UUID; another name as it is.</summary>
    public static string ShortId(NodeId node) => Guid.TryParse(node.Value.AsSpan(Math.Min(2, node.Value.Length)), out _) ? node.Value[..10] : node.Value;
}
