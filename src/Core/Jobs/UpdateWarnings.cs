using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>
/// Warns of an update that takes away what the stored job has of the fields that the reference does not know: whoever sends the update with the
/// reference's program cannot write them.
/// </summary>
public static class UpdateWarnings
{
    /// <summary>A warning for each field that the stored spec has and the new one lacks.</summary>
    public static ImmutableArray<SpecProblem> Of(JobSpec stored, JobSpec updated)
    {
        var warnings = ImmutableArray.CreateBuilder<SpecProblem>();
        Compare("RetryPolicy", stored.RetryPolicy is not null, updated.RetryPolicy is not null);
        Compare("MaxConcurrency", stored.MaxConcurrency != 0, updated.MaxConcurrency != 0);
        Compare("Placement", stored.Placement.Length > 0, updated.Placement.Length > 0);
        Compare("Locality", stored.Locality.Length > 0, updated.Locality.Length > 0);
        Compare("LocalityWait", stored.LocalityWait is not null, updated.LocalityWait is not null);
        Compare("Disconnect", stored.Disconnect is not null, updated.Disconnect is not null);
        Compare("Rollout", stored.Rollout is not null, updated.Rollout is not null);
        Compare("Schedule", stored.Schedule is not null, updated.Schedule is not null);
        for (var index = 0; index < Math.Min(stored.Tasks.Length, updated.Tasks.Length); index++)
        {
            CompareTasks($"Tasks[{index}]", stored.Tasks[index], updated.Tasks[index]);
        }

        return warnings.ToImmutable();

        void CompareTasks(string path, TaskSpec before, TaskSpec after)
        {
            Compare($"{path}.Timeouts.PrepareTimeout", before.Timeouts is { PrepareTimeout: not 0 }, after.Timeouts is { PrepareTimeout: not 0 });
            Compare($"{path}.Timeouts.PublishTimeout", before.Timeouts is { PublishTimeout: not 0 }, after.Timeouts is { PublishTimeout: not 0 });
            Compare($"{path}.StopGrace", before.StopGrace is not null, after.StopGrace is not null);
            Compare($"{path}.FailOnNonZeroExit", before.FailOnNonZeroExit is not null, after.FailOnNonZeroExit is not null);
            Compare($"{path}.PublishOn", before.PublishOn is { Length: > 0 }, after.PublishOn is { Length: > 0 });
            Compare($"{path}.HealthCheck", before.HealthCheck is not null, after.HealthCheck is not null);
        }

        void Compare(string path, bool wasGiven, bool isGiven)
        {
            if (wasGiven && !isGiven)
            {
                warnings.Add(new SpecProblem(path, $"the stored job sets {path}, the update does not: it resets it", "write it again to keep it"));
            }
        }
    }
}
