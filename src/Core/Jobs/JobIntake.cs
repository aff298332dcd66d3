using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Takes a job in as it was submitted: normalise, take out what is the server's, fill in defaults, check.</summary>
public static class JobIntake
{
    /// <summary>Looks at a submitted job; the spec that comes back is ready to be stored when there are no problems.</summary>
    /// <param name="submitted">The job as it came.</param>
    /// <param name="given">Fields of the server that came with it.</param>
    /// <param name="defaults">What is filled in.</param>
    /// <param name="rules">What this orchestrator demands; null for the defaults.</param>
    public static JobCheck Check(JobSpec submitted, GivenServerFields given, JobDefaults defaults, JobRules? rules = null)
    {
        rules ??= JobRules.Default;
        var (spec, warnings) = JobSanitation.Sanitise(JobNormalisation.Normalise(submitted), given);
        var filled = JobDefaulting.Apply(spec, defaults);
        var ignored = filled.Tasks.SelectMany((task, index) =>
            EngineValidation.UnknownParams(task, $"Tasks[{index}]")
                .Concat(InputValidation.UnknownParams(task, $"Tasks[{index}]"))
                .Concat(PublisherValidation.Warnings(task, $"Tasks[{index}]")));
        return new JobCheck(filled, JobValidation.Validate(filled, rules), [.. warnings, .. ignored, .. PolicyValidation.Warnings(filled, rules)]);
    }
}

/// <summary>What was found out about a submitted job.</summary>
/// <param name="Spec">The spec, normalised and with defaults.</param>
/// <param name="Problems">Why it is refused; empty when it can be accepted.</param>
/// <param name="Warnings">What is ignored.</param>
public sealed record JobCheck(JobSpec Spec, ImmutableArray<SpecProblem> Problems, ImmutableArray<SpecProblem> Warnings);
