using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Deletes a piece of a job that is over. The result is whether there was anything of it.</summary>
internal sealed class DeleteJob(JobId id) : StateRequest<bool>
{
    /// <inheritdoc/>
    public override bool Decide(StateContext context)
    {
        if (context.Draft.Job(id) is { } live)
        {
            throw live.State.IsTerminal()
                ? new JobRefusedException(
                    JobRefusal.NotEnded,
                    $"job {id} cannot be deleted yet: it is {live.State}, but {CountOnNodes(context, live.Holders.Values)} of its executions have not ended on their nodes",
                    "Try again when they have: bacalhau job executions shows them.")
                : new JobRefusedException(
                    JobRefusal.NotEnded, $"job {id} cannot be deleted: it has not ended", $"Stop it first: bacalhau job stop {id}");
        }

        if (context.Lookup.Job(id) is not { } stored)
        {
            return false;
        }

        context.ForgottenJobs.Add(stored.Key);
        return true;
    }

    private static int CountOnNodes(StateContext context, IEnumerable<ExecutionId> holders) =>
        holders.Count(holder => context.Draft.Execution(holder) is { IsEnded: false });
}
