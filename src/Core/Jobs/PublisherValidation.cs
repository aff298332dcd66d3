namespace Bacalhau.Core.Jobs;

/// <summary>Rules of a task's publisher. A type that is not built in is left to the nodes, which may have it as a plugin.</summary>
internal static class PublisherValidation
{
    public static void Check(TaskSpec task, string path, SpecProblems problems)
    {
        var publisher = task.Publisher ?? new SpecConfig();
        if (publisher is { Type: "", Params.IsEmpty: false })
        {
            problems.Add(
                $"{path}.Publisher.Type", $"task '{task.Name}': the publisher has parameters and no type", "such as local", SpecProblemCode.Missing);
        }
        else if (EngineValidation.Is(publisher, PublisherTypes.S3))
        {
            EngineValidation.AddAll(task, S3PublisherParams.Read(publisher, $"{path}.Publisher").Problems, problems);
        }
    }

    /// <summary>What the orchestrator lacks for a publisher.</summary>
    public static void Check(JobSpec spec, JobRules rules, SpecProblems problems)
    {
        for (var index = 0; rules.LacksManagedResults && index < spec.Tasks.Length; index++)
        {
            if (spec.Tasks[index].Publisher is { } publisher && EngineValidation.Is(publisher, PublisherTypes.S3Managed))
            {
                problems.Add(
                    $"Tasks[{index}].Publisher.Type",
                    $"task '{SpecProblems.Shorten(spec.Tasks[index].Name)}': this orchestrator has no bucket for results of the publisher s3managed",
                    "its operator sets Publishers.Types.S3Managed.Bucket and Region; or choose another publisher",
                    SpecProblemCode.NotSupported);
            }
        }
    }

    /// <summary>What may be wrong with a publisher that can be taken.</summary>
    public static IEnumerable<SpecProblem> Warnings(TaskSpec task, string path) =>
        task.Publisher is { } publisher && EngineValidation.Is(publisher, PublisherTypes.S3) ? S3PublisherParams.Read(publisher, $"{path}.Publisher").Warnings : [];
}

/// <summary>Names of the built-in publishers.</summary>
public static class PublisherTypes
{
    /// <summary>Kept on the node and served from there; it takes no parameters.</summary>
    public const string Local = "local";

    /// <summary>Added to an IPFS node; it takes no parameters.</summary>
    public const string Ipfs = "ipfs";

    /// <summary>Publishes nothing.</summary>
    public const string Noop = "noop";

    /// <summary>Objects of a bucket that the job names.</summary>
    public const string S3 = "s3";

    /// <summary>An object of the orchestrator's own bucket; it takes no parameters.</summary>
    public const string S3Managed = "s3managed";
}
