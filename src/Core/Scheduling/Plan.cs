using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>What one look at the cluster decided. Nothing in it leaves a choice to whoever applies it.</summary>
/// <param name="Steps">What to do, in order.</param>
/// <param name="WakeAt">When to plan again even if nothing changes; null for never.</param>
/// <param name="HasMore">Whether a limit cut the pass short: plan again at once.</param>
public sealed record Plan(ImmutableArray<PlanStep> Steps, DateTimeOffset? WakeAt, bool HasMore);

/// <summary>One decision of a plan.</summary>
public abstract record PlanStep
{
    private PlanStep()
    {
    }

    /// <summary>Give a partition to a node.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Partition">The partition.</param>
    /// <param name="Node">The node.</param>
    /// <param name="Session">The session in which the node was seen.</param>
    /// <param name="Execution">Id of the new execution.</param>
    /// <param name="Amount">Room it takes.</param>
    /// <param name="InLine">Whether it goes to the node's line, beyond the node's capacity.</param>
    /// <param name="Replaces">Execution of a lost node that loses the partition to it; null for none.</param>
    public sealed record Place(
        JobId Job, int Version, int Partition, NodeId Node, SessionId Session, ExecutionId Execution, ResourceAmount Amount, bool InLine, ExecutionId? Replaces) : PlanStep;

    /// <summary>Fail a job.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Topic">Topic of the event that tells it.</param>
    /// <param name="Problem">Why.</param>
    public sealed record Fail(JobId Job, int Version, string Topic, ExecutionProblem Problem) : PlanStep;

    /// <summary>Say that a job waits.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Message">What it waits for.</param>
    public sealed record Queue(JobId Job, int Version, string Message) : PlanStep;

    /// <summary>Take an execution that has not started out of its node's line, as another node has room for it.</summary>
    /// <param name="Execution">The execution.</param>
    public sealed record Recall(ExecutionId Execution) : PlanStep;

    /// <summary>A job needs nothing until it changes.</summary>
    /// <param name="Seen">The job as it was looked at; if it is another by now, it stays dirty.</param>
    public sealed record Clean(LiveJob Seen) : PlanStep;
}
