using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Finds everything that is wrong with a normalised spec (spec: job-model.md §1.5), in the order in which the job is written.</summary>
public static class JobValidation
{
    /// <summary>All problems; empty for a job that can be accepted.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="rules">What the orchestrator demands.</param>
    public static ImmutableArray<SpecProblem> Validate(JobSpec spec, JobRules rules)
    {
        var problems = new SpecProblems();
        CheckType(spec, problems);
        CheckCount(spec, problems);
        if (spec.Tasks.IsEmpty)
        {
            problems.Add("Tasks", "missing job tasks", "", SpecProblemCode.Missing);
        }

        for (var index = 0; index < spec.Constraints.Length; index++)
        {
            LabelSelector.Check(spec.Constraints[index], index, problems);
        }

        if (spec.Tasks.Length > 1)
        {
            problems.Add(
                "Tasks", $"the job has {spec.Tasks.Length} tasks", "this version runs jobs with one task; several come later", SpecProblemCode.NotSupported);
        }

        for (var index = 0; index < spec.Tasks.Length; index++)
        {
            TaskValidation.Check(spec.Tasks[index], spec.Type, $"Tasks[{index}]", problems);
        }

        PublisherValidation.Check(spec, rules, problems);
        PolicyValidation.Check(spec, rules, problems);
        CheckNames(spec, problems);
        if (problems.IsEmpty)
        {
            SizeValidation.Check(spec, problems);
        }

        return problems.ToImmutable();
    }

    private static void CheckType(JobSpec spec, SpecProblems problems)
    {
        switch (spec.Type)
        {
            case "":
                problems.Add("Type", "missing job type", "write Type: batch", SpecProblemCode.Missing);
                break;
            case JobTypes.Batch or JobTypes.Ops or JobTypes.Service or JobTypes.Daemon:
                break;
            default:
                problems.Add("Type", $"invalid job type: \"{spec.Type}\"", "it is batch, ops, service or daemon, in lower case");
                break;
        }
    }

    private static void CheckCount(JobSpec spec, SpecProblems problems)
    {
        if (spec.Count < 0)
        {
            problems.Add("Count", "job count must be >= 0");
        }
        else if (spec.Count > 1 && spec.Type is JobTypes.Ops or JobTypes.Daemon)
        {
            problems.Add("Count", $"{spec.Type} jobs cannot specify count > 1");
        }
        else if (spec.Count > JobLimits.MaxCount)
        {
            problems.Add("Count", $"job count {spec.Count} is above {JobLimits.MaxCount}", "split the work into several jobs", SpecProblemCode.TooLarge);
        }
    }

    private static void CheckNames(JobSpec spec, SpecProblems problems)
    {
        if (spec.Name.Contains('\0', StringComparison.Ordinal))
        {
            problems.AddWhenStored("Name", "the job name holds a NUL character");
        }

        if (string.IsNullOrWhiteSpace(spec.Namespace))
        {
            problems.AddWhenStored("Namespace", "the namespace is blank", "take it out for the namespace 'default'", SpecProblemCode.Missing);
        }
        else if (spec.Namespace.Contains('\0', StringComparison.Ordinal))
        {
            problems.AddWhenStored("Namespace", "the namespace holds a NUL character");
        }
    }
}
