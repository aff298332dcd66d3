using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Gives jobs new versions: an update, a run again, or the way back from one that fails.</summary>
internal static class JobVersions
{
    /// <summary>Makes the next version of a stored job.</summary>
    /// <param name="context">The state to change.</param>
    /// <param name="stored">The job as it is stored, at its latest version.</param>
    /// <param name="submission">What the store keeps of the new version.</param>
    /// <param name="update">The new version.</param>
    /// <param name="happened">Event that tells of it.</param>
    public static LiveJob Add(StateContext context, StoredJob stored, JobSubmission submission, JobUpdate update, HistoryEvent happened)
    {
        var updated = update.Apply(context.Draft, Find(context, stored), happened, context.Now);
        context.NewJobs.Add(submission);
        return updated;
    }

    /// <summary>The job as planning sees it, also when it is over and planning does not.</summary>
    public static LiveJob Find(StateContext context, StoredJob stored) => context.Draft.Job(stored.Id) ?? new LiveJob
    {
        Id = stored.Id,
        Key = stored.Key,
        Name = stored.Name,
        Namespace = stored.Namespace,
        Version = stored.Version,
        SpecDigest = stored.SpecDigest,
        Demand = JobDemands.From(SpecDocument.Of(stored.Spec).Read()),
        State = stored.State,
        Message = stored.Message,
        Revision = stored.Revision,
        CreatedAt = stored.CreatedAt,
        SubmittedAt = stored.SubmittedAt,
        ModifiedAt = stored.ModifiedAt,
    };

    /// <summary>Takes a failed version back: what ran before it becomes the next version.</summary>
    public static bool TryRollBack(StateContext context, PlanStep.RollBack step)
    {
        if (PlanApplication.FindLiveJob(context.Draft, step.Job, step.Version) is not { RolloutFrom: { } origin } job
            || origin.Version != step.To.Version
            || context.Lookup.Job(step.Job) is not { } stored
            || context.Lookup.Spec(step.Job, origin.Version) is not { } bytes)
        {
            return false;
        }

        var document = SpecDocument.Of(bytes);
        var spec = document.Read();
        var happened = JobEvents.Failed(
            null,
            JobEvents.Submission,
            step.Problem with { Message = $"Version {job.Version} is rolled back to version {origin.Version}: {step.Problem.Message}" },
            context.Now);
        var update = new JobUpdate(document.Digest, JobDemands.From(spec), origin.SameProgram.Add(origin.Version), IsRollback: true);
        Add(context, stored, new JobSubmission { Job = job.Id, Spec = bytes, Labels = spec.Labels }, update, happened);
        return true;
    }

    /// <summary>Versions whose executions may go on under a new spec: those of the present program, if it is the same.</summary>
    public static ImmutableSortedSet<int> SameProgram(LiveJob job, JobSpec before, JobSpec after) =>
        job.Demand.Kind.IsLongRunning() && ProgramDigest.Of(before) == ProgramDigest.Of(after) ? job.SameProgram.Add(job.Version) : [];
}
