using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Limits of everything that whoever submits a job controls. Looked at only when all else is right, so that the main problem is named first.</summary>
internal static class SizeValidation
{
    public static void Check(JobSpec spec, SpecProblems problems)
    {
        CheckName("Name", spec.Name, problems);
        CheckName("Namespace", spec.Namespace, problems);
        CheckMap("Meta", spec.Meta, problems);
        CheckMap("Labels", spec.Labels, problems);
        CheckLength("Constraints", spec.Constraints.Length, problems);
        for (var index = 0; index < spec.Constraints.Length; index++)
        {
            CheckLength($"Constraints[{index}].Values", spec.Constraints[index].Values.Length, problems);
        }

        CheckName("Schedule.Cron", spec.Schedule?.Cron ?? "", problems);
        for (var index = 0; index < spec.Tasks.Length; index++)
        {
            CheckTask(spec.Tasks[index], $"Tasks[{index}]", problems);
        }
    }

    private static void CheckTask(TaskSpec task, string path, SpecProblems problems)
    {
        CheckName($"{path}.Name", task.Name, problems);
        CheckName($"{path}.Engine.Type", task.Engine?.Type ?? "", problems);
        CheckName($"{path}.Publisher.Type", task.Publisher?.Type ?? "", problems);
        CheckMap($"{path}.Env", task.Env, problems);
        CheckMap($"{path}.Meta", task.Meta, problems);
        CheckLength($"{path}.InputSources", task.InputSources.Length, problems);
        CheckLength($"{path}.ResultPaths", task.ResultPaths.Length, problems);
        CheckCommand($"{path}.HealthCheck", task.HealthCheck ?? new(), problems);
        foreach (var (input, index) in task.InputSources.Select((input, index) => (input, index)))
        {
            CheckName($"{path}.InputSources[{index}].Alias", input.Alias, problems);
            CheckName($"{path}.InputSources[{index}].Target", input.Target, problems);
            CheckName($"{path}.InputSources[{index}].Source.Type", input.Source?.Type ?? "", problems);
        }

        foreach (var (result, index) in task.ResultPaths.Select((result, index) => (result, index)))
        {
            CheckName($"{path}.ResultPaths[{index}].Name", result.Name, problems);
            CheckName($"{path}.ResultPaths[{index}].Path", result.Path, problems);
        }
    }

    private static void CheckCommand(string path, HealthCheckSpec check, SpecProblems problems)
    {
        CheckName($"{path}.Path", check.Path, problems);
        CheckLength($"{path}.Command", check.Command.Length, problems);
        if (check.Command.Sum(part => (long)part.Length) is var characters and > JobLimits.MaxValueLength)
        {
            problems.Add($"{path}.Command", $"{path}.Command has {characters} characters", $"at most {JobLimits.MaxValueLength}", SpecProblemCode.TooLarge);
        }
    }

    private static void CheckMap(string path, ImmutableSortedDictionary<string, string> map, SpecProblems problems)
    {
        if (map.Count > JobLimits.MaxMapEntries)
        {
            problems.Add(path, $"{path} has {map.Count} entries", $"at most {JobLimits.MaxMapEntries}", SpecProblemCode.TooLarge);
            return;
        }

        foreach (var (key, value) in map)
        {
            CheckName($"{path} key", key, problems);
            if (value.Length > JobLimits.MaxValueLength)
            {
                problems.Add(
                    $"{path}.{key}", $"{path}.{key} has {value.Length} characters", $"at most {JobLimits.MaxValueLength}", SpecProblemCode.TooLarge);
            }
        }
    }

    private static void CheckName(string path, string text, SpecProblems problems)
    {
        if (text.Length > JobLimits.MaxNameLength)
        {
            problems.Add(path, $"{path} has {text.Length} characters", $"at most {JobLimits.MaxNameLength}", SpecProblemCode.TooLarge);
        }
    }

    private static void CheckLength(string path, int length, SpecProblems problems)
    {
        if (length > JobLimits.MaxListElements)
        {
            problems.Add(path, $"{path} has {length} elements", $"at most {JobLimits.MaxListElements}", SpecProblemCode.TooLarge);
        }
    }
}
