using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Takes out of a submitted job what belongs to the server (spec: job-model.md §1.3).</summary>
public static class JobSanitation
{
    /// <summary>Start of the Meta keys that the server owns.</summary>
    public const string ReservedMetaPrefix = "bacalhau.org/";

    /// <summary>The spec without them, and a warning for each.</summary>
    public static (JobSpec Spec, ImmutableArray<SpecProblem> Warnings) Sanitise(JobSpec spec, GivenServerFields given)
    {
        var reserved = spec.Meta.Keys.Where(key => key.StartsWith(ReservedMetaPrefix, StringComparison.Ordinal)).ToImmutableArray();
        return (
            spec with { Meta = spec.Meta.RemoveRange(reserved) },
            [
                .. given.WithValue.Select(name => new SpecProblem(name, Ignored(name, given, spec), Code: SpecProblemCode.NotAllowed)),
                .. reserved.Select(key => new SpecProblem(
                    $"Meta.{key}", $"the meta key '{key}' is the server's own: ignored", Code: SpecProblemCode.NotAllowed)),
            ]);
    }

    private static string Ignored(string name, GivenServerFields given, JobSpec spec) => name == "ID"
        ? $"the ID '{given.Id}' of a {spec.Type} job is ignored: the server gives each job its own"
        : $"the server sets {name}: the given value is ignored";
}
