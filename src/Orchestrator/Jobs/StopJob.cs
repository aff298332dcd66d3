using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Stops a job. The result is the id of the change, empty when the job was stopped before.</summary>
internal sealed class StopJob(JobId id, string reason) : StateRequest<string>
{
    /// <inheritdoc/>
    public override string Decide(StateContext context)
    {
        if (Submission.Stop(context.Draft, id, reason, context.Now))
        {
            return context.Ids.Next().ToString("D");
        }

        var state = context.Draft.Job(id)?.State ?? context.Lookup.Job(id)?.State
            ?? throw new JobRefusedException(JobRefusal.NotFound, $"job not found: {id}");
        return state == JobState.Stopped
            ? ""
            : throw new JobRefusedException(JobRefusal.AlreadyEnded, $"job {id} cannot be stopped: it is {state} already");
    }
}
