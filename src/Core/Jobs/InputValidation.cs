namespace Bacalhau.Core.Jobs;

/// <summary>Rules of a task's inputs.</summary>
internal static class InputValidation
{
    /// <summary>Names of the source <c>local</c>, the second from older versions.</summary>
    private static readonly string[] _localTypes = [InputTypes.Local, InputTypes.LocalDirectory];

    public static void Check(TaskSpec task, string path, SpecProblems problems)
    {
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        var targets = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < task.InputSources.Length; index++)
        {
            var input = task.InputSources[index];
            var place = $"{path}.InputSources[{index}]";
            CheckTarget(task, input, place, problems);
            CheckSource(task, input, place, problems);
            if (input.Alias.Length > 0 && !aliases.Add(input.Alias))
            {
                problems.Add(
                    $"{place}.Alias", $"task '{task.Name}': the input alias '{input.Alias}' is used twice", "choose another", SpecProblemCode.Duplicate);
            }

            if (input.Target.Length > 0 && !targets.Add(input.Target))
            {
                problems.Add(
                    $"{place}.Target", $"task '{task.Name}': the input target '{input.Target}' is used twice", "choose another", SpecProblemCode.Duplicate);
            }
        }
    }

    /// <summary>Parameters that the built-in sources do not have.</summary>
    public static IEnumerable<SpecProblem> UnknownParams(TaskSpec task, string path) => task.InputSources.SelectMany((input, index) =>
    {
        var source = input.Source ?? new SpecConfig();
        var place = $"{path}.InputSources[{index}].Source";
        return IsLocal(source) ? LocalInputParams.Read(source, place).Warnings
            : EngineValidation.Is(source, InputTypes.Inline) ? InlineInputParams.Read(source, place).Warnings
            : EngineValidation.Is(source, InputTypes.Url) ? UrlInputParams.Read(source, place).Warnings
            : EngineValidation.Is(source, InputTypes.S3) ? S3InputParams.Read(source, place).Warnings
            : EngineValidation.Is(source, InputTypes.Ipfs) ? IpfsInputParams.Read(source, place).Warnings
            : [];
    });

    private static void CheckTarget(TaskSpec task, InputSource input, string place, SpecProblems problems)
    {
        if (string.IsNullOrWhiteSpace(input.Target))
        {
            problems.Add(
                $"{place}.Target", $"task '{task.Name}': an input source has no target", "the path at which the program finds it", SpecProblemCode.Missing);
        }
        else if (PathRules.LeavesItsFolder(input.Target))
        {
            problems.Add($"{place}.Target", $"task '{task.Name}': the input target '{input.Target}' cannot be used", PathRules.Hint);
        }
    }

    private static void CheckSource(TaskSpec task, InputSource input, string place, SpecProblems problems)
    {
        var label = input.Target.Length > 0 ? $"the input '{input.Target}'" : "an input source";
        if (input.Source is not { } source)
        {
            problems.Add($"{place}.Source", $"task '{task.Name}': {label} has no source", "write Source: {Type: local, Params: …}", SpecProblemCode.Missing);
        }
        else if (string.IsNullOrWhiteSpace(source.Type))
        {
            problems.Add($"{place}.Source.Type", $"task '{task.Name}': {label} has no source type", "such as local or inline", SpecProblemCode.Missing);
        }
        else if (IsLocal(source))
        {
            EngineValidation.AddAll(task, LocalInputParams.Read(source, $"{place}.Source").Problems, problems);
        }
        else if (EngineValidation.Is(source, InputTypes.Inline))
        {
            EngineValidation.AddAll(task, InlineInputParams.Read(source, $"{place}.Source").Problems, problems);
        }
        else if (EngineValidation.Is(source, InputTypes.Url))
        {
            EngineValidation.AddAll(task, UrlInputParams.Read(source, $"{place}.Source").Problems, problems);
        }
        else if (EngineValidation.Is(source, InputTypes.S3))
        {
            EngineValidation.AddAll(task, S3InputParams.Read(source, $"{place}.Source").Problems, problems);
        }
        else if (EngineValidation.Is(source, InputTypes.Ipfs))
        {
            EngineValidation.AddAll(task, IpfsInputParams.Read(source, $"{place}.Source").Problems, problems);
        }
    }

    private static bool IsLocal(SpecConfig source) => _localTypes.Any(type => EngineValidation.Is(source, type));
}

/// <summary>Names of the built-in input sources.</summary>
public static class InputTypes
{
    /// <summary>A path on the node.</summary>
    public const string Local = "local";

    /// <summary>Older name of <see cref="Local"/>.</summary>
    public const string LocalDirectory = "localDirectory";

    /// <summary>Content written into the job.</summary>
    public const string Inline = "inline";

    /// <summary>A file behind an HTTP or HTTPS URL.</summary>
    public const string Url = "urlDownload";

    /// <summary>Objects of a bucket in S3, or in what speaks its protocol.</summary>
    public const string S3 = "s3";

    /// <summary>A file or folder of IPFS.</summary>
    public const string Ipfs = "ipfs";
}
