using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Runs a stored version of a job again, as its next version.</summary>
internal sealed class RerunJob(JobId id, long version) : StateRequest<RerunJobResponse>
{
    /// <inheritdoc/>
    public override RerunJobResponse Decide(StateContext context)
    {
        var stored = context.Lookup.Job(id) ?? throw new JobRefusedException(JobRefusal.NotFound, $"job not found: {id}");
        var chosen = version == 0 ? stored.Version : version;
        var bytes = (chosen is > 0 and <= int.MaxValue ? context.Lookup.Spec(id, (int)chosen) : null)
            ?? throw new JobRefusedException(
                JobRefusal.NoVersion, $"job {stored.Name} has no version {chosen}; its latest is {stored.Version}", "See 'bacalhau job versions' for those that there are.");
        if (stored.State is JobState.Pending or JobState.Queued)
        {
            throw new JobRefusedException(
                JobRefusal.NotStarted, $"job {stored.Name} cannot be run again: it is {stored.State}", "It waits for a node, or for its time; 'bacalhau job describe' says which.");
        }

        var document = SpecDocument.Of(bytes);
        var spec = document.Read();
        var happened = new HistoryEvent(null, JobEvents.Submission, "Job rerun requested", context.Now, TextMap.Empty.Add("Reason", "job rerun"));
        var update = new JobUpdate(document.Digest, JobDemands.From(spec), []);
        var rerun = JobVersions.Add(context, stored, new JobSubmission { Job = id, Spec = bytes, Labels = spec.Labels }, update, happened);
        return new RerunJobResponse(context.Ids.Next().ToString("D"), id.Value, rerun.Version);
    }
}
