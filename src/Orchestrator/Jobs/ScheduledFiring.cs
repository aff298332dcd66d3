using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Jobs;

namespace Bacalhau.Orchestrator.Jobs;

/// <summary>Starts the jobs of scheduled ones.</summary>
internal static class ScheduledFiring
{
    /// <summary>Carries out what a scheduled job is due for.</summary>
    public static bool TryFire(StateContext context, PlanStep.Fire step)
    {
        if (PlanApplication.FindLiveJob(context.Draft, step.Job, step.Version) is not { } parent || context.Lookup.Spec(step.Job, step.Version) is not { } bytes)
        {
            return false;
        }

        foreach (var earlier in step.Stops)
        {
            Submission.Stop(context.Draft, earlier, $"replaced by the run of {step.Due:yyyy-MM-dd HH:mm:ss} UTC", context.Now);
        }

        var child = step.Action == FiringAction.Start ? Start(context, parent, SpecDocument.Of(bytes).Read(), step.Due) : null;
        var followed = parent with
        {
            NextFireAt = step.Next,
            HeldFiring = step.Action == FiringAction.Hold ? step.Due : null,
            Message = PlanApplication.ScheduleMessage(step.Next),
            ModifiedAt = context.Now,
        };
        context.Draft.Put(followed);
        context.Draft.Record(followed, new HistoryEvent(null, JobEvents.Scheduling, Describe(step, child), context.Now));
        return true;
    }

    private static string Describe(PlanStep.Fire step, JobId? child) => step.Action switch
    {
        FiringAction.Skip => $"The run of {step.Due:yyyy-MM-dd HH:mm:ss} UTC is left out, as an earlier one is not over",
        FiringAction.Hold => $"The run of {step.Due:yyyy-MM-dd HH:mm:ss} UTC waits, as an earlier one is not over",
        _ when child is null => $"The run of {step.Due:yyyy-MM-dd HH:mm:ss} UTC exists already",
        _ => $"The run of {step.Due:yyyy-MM-dd HH:mm:ss} UTC is job {child}",
    };

    /// <summary>A firing is a job of its own; one whose name exists was started before.</summary>
    private static JobId? Start(StateContext context, LiveJob parent, JobSpec spec, DateTimeOffset due)
    {
        var name = ScheduleTimes.NameOf(parent.Name, due);
        if (context.Lookup.JobByName(parent.Namespace, name) is not null)
        {
            return null;
        }

        var id = context.Ids.NextJobId();
        spec = spec with { Name = name, Schedule = null, Meta = spec.Meta.SetItem(JobDemands.ScheduleParentKey, parent.Id.Value) };
        var document = SpecDocument.Of(spec);
        Submission.Accept(
            context.Draft,
            new LiveJob
            {
                Id = id,
                Key = context.NextJobKey(),
                Name = name,
                Namespace = parent.Namespace,
                Version = 1,
                SpecDigest = document.Digest,
                Demand = JobDemands.From(spec),
                CreatedAt = context.Now,
                SubmittedAt = context.Now,
                ModifiedAt = context.Now,
            },
            context.Now);
        context.NewJobs.Add(new JobSubmission { Job = id, Spec = document.Bytes, Labels = spec.Labels });
        return id;
    }
}
