using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

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
    /// <param name="Beside">Execution of an old version beside which it runs until it is healthy; null for none.</param>
    /// <param name="Choice">Why this node, for people.</param>
    public sealed record Place(
        JobId Job, int Version, int Partition, NodeId Node, SessionId Session, ExecutionId Execution, ResourceAmount Amount, bool InLine, ExecutionId? Replaces,
        ExecutionId? Beside, string Choice) : PlanStep;

    /// <summary>Ask nodes for data of jobs.</summary>
    /// <param name="Need">What is asked for.</param>
    /// <param name="Nodes">The nodes that are to answer in any case; empty if only those that hold something are.</param>
    /// <param name="AnswerTime">How long answers are waited for.</param>
    public sealed record Ask(DataNeed Need, ImmutableSortedSet<NodeId> Nodes, TimeSpan AnswerTime) : PlanStep;

    /// <summary>Choose the nodes of a job that is counted by node, or follow what has changed of them.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Added">Keys of nodes that are to have an execution.</param>
    /// <param name="Dropped">Keys of nodes that are not to wait for one any more.</param>
    public sealed record Target(JobId Job, int Version, ImmutableArray<int> Added, ImmutableArray<int> Dropped) : PlanStep;

    /// <summary>The jobs that are counted by node were compared with a node.</summary>
    /// <param name="Node">Id of the node.</param>
    /// <param name="Seen">The node as it was looked at; null if it was gone. If it is another by now, it is compared again.</param>
    public sealed record CleanNode(NodeId Node, ClusterNode? Seen) : PlanStep;

    /// <summary>Stop an execution so that another can take its partition.</summary>
    /// <param name="Execution">The execution.</param>
    /// <param name="Reason">Why, for people.</param>
    public sealed record Retire(ExecutionId Execution, string Reason) : PlanStep;

    /// <summary>Give up an execution that ran longer than it may, and whose node is silent.</summary>
    /// <param name="Execution">The execution.</param>
    /// <param name="Problem">Why.</param>
    public sealed record TimeOut(ExecutionId Execution, ExecutionProblem Problem) : PlanStep;

    /// <summary>All executions are replaced by healthy ones of the present version.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    public sealed record FinishRollout(JobId Job, int Version) : PlanStep;

    /// <summary>Take a version back whose executions fail.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="To">What ran before.</param>
    /// <param name="Problem">Why.</param>
    public sealed record RollBack(JobId Job, int Version, RolloutOrigin To, ExecutionProblem Problem) : PlanStep;

    /// <summary>Say when a scheduled job starts the next one.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="At">When; null for never.</param>
    public sealed record Schedule(JobId Job, int Version, DateTimeOffset? At) : PlanStep;

    /// <summary>A scheduled job is due.</summary>
    /// <param name="Job">The scheduled job.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Due">The time that is due: the last one, if several have passed.</param>
    /// <param name="Next">The next one; null for never.</param>
    /// <param name="Action">What becomes of it.</param>
    /// <param name="Stops">Jobs of earlier times that are stopped for it.</param>
    public sealed record Fire(JobId Job, int Version, DateTimeOffset Due, DateTimeOffset? Next, FiringAction Action, ImmutableArray<JobId> Stops) : PlanStep;

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
    /// <param name="CheckAt">When it is to be looked at even if it does not change; null for never.</param>
    public sealed record Clean(LiveJob Seen, DateTimeOffset? CheckAt) : PlanStep;
}
