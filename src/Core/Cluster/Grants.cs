using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Cluster;

/// <summary>Answer to a node that wants to publish.</summary>
/// <param name="Granted">Whether it may.</param>
/// <param name="Reason">Why not; empty when it may.</param>
public sealed record GrantDecision(bool Granted, string Reason)
{
    /// <summary>It may.</summary>
    public static readonly GrantDecision Yes = new(true, "");
}

/// <summary>Decides who may publish: only the current execution of a partition of a job that is still wanted.</summary>
public static class Grants
{
    /// <summary>How long a grant runs. While it runs, silence of its node leads to no replacement.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    /// <summary>Gives or renews a grant; the first one is in the store before the node hears of it.</summary>
    public static GrantDecision Decide(ClusterDraft draft, NodeId asker, ExecutionId id, DateTimeOffset now)
    {
        if (draft.Execution(id) is not { } execution || execution.Node != asker)
        {
            return new GrantDecision(false, $"execution {id} is not assigned to node {asker}");
        }

        if (FindObjection(draft, execution) is { } objection)
        {
            return new GrantDecision(false, objection);
        }

        if (!execution.HoldsRoom && draft.Node(asker)?.Session is not null)
        {
            // Its node was lost, and is back, but has not listed yet what it holds: this much is known of it.
            LostExecutions.TakeBack(draft, execution, now);
            execution = draft.Execution(id)!;
        }

        var isFirst = execution.State != ExecutionState.Publishing;
        var granted = execution with { GrantUntil = now + Length, IsKnownToNode = true };
        draft.Put(
            isFirst
                ? granted with { State = ExecutionState.Publishing, Phase = ExecutionPhase.Publishing, Revision = execution.Revision + 1, ModifiedAt = now }
                : granted,
            write: isFirst);
        return GrantDecision.Yes;
    }

    /// <summary>
    /// An execution as a new orchestrator finds it in the store: renewals are not stored, so a grant may run for as long as one that was renewed right before the start.
    /// That of a lost node cannot have been renewed.
    /// </summary>
    public static LiveExecution AsOfStart(LiveExecution execution, DateTimeOffset startedAt) =>
        execution is { State: ExecutionState.Publishing, HoldsRoom: true } && !(execution.GrantUntil > startedAt + Length)
            ? execution with { GrantUntil = startedAt + Length }
            : execution;

    private static string? FindObjection(ClusterDraft draft, LiveExecution execution) =>
        execution.IsEnded ? "the execution has ended"
        : execution.Ask != Ask.Run ? $"the execution is to stop: {execution.DesiredMessage}"
        : draft.Job(execution.Job) is not { } job || job.State.IsTerminal() ? "the job has ended"
        : !job.IsCurrent(execution.JobVersion) ? "the job has a newer version"
        : !job.Holders.TryGetValue(execution.Partition, out var holder) || holder != execution.Id ? "another execution has its partition"
        : null;
}
