using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>Says what a scheduled job is to do now.</summary>
internal static class ScheduleRules
{
    /// <summary>The next step of a scheduled job; null while it has only to wait.</summary>
    /// <param name="job">The scheduled job.</param>
    /// <param name="children">Jobs that it has started and that are not over.</param>
    /// <param name="now">The time.</param>
    public static PlanStep? Decide(LiveJob job, IEnumerable<JobId> children, DateTimeOffset now)
    {
        if (ScheduleTimes.Read(job.Demand.Schedule!).Value is not { } times)
        {
            return null;
        }

        if (job.NextFireAt is not { } at)
        {
            return times.Next(Later(now, job.SubmittedAt)) is { } first ? new PlanStep.Schedule(job.Id, job.Version, first) : null;
        }

        ImmutableArray<JobId> running = [.. children];
        if (at <= now)
        {
            // However many times an outage has swallowed, one job makes up for all of them.
            var due = times.LatestWithin(at, now) ?? at;
            var next = times.Next(now);
            return (running.IsEmpty ? "" : job.Demand.Schedule!.Overlap) switch
            {
                "replace" => new PlanStep.Fire(job.Id, job.Version, due, next, FiringAction.Start, running),
                "queue" => new PlanStep.Fire(job.Id, job.Version, due, next, FiringAction.Hold, []),
                _ when !running.IsEmpty => new PlanStep.Fire(job.Id, job.Version, due, next, FiringAction.Skip, []),
                _ => new PlanStep.Fire(job.Id, job.Version, due, next, FiringAction.Start, []),
            };
        }

        return job.HeldFiring is { } held && running.IsEmpty
            ? new PlanStep.Fire(job.Id, job.Version, held, at, FiringAction.Start, [])
            : null;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
