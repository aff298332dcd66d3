namespace Bacalhau.Core.Jobs;

/// <summary>Rules of a task's result paths.</summary>
internal static class ResultValidation
{
    /// <summary>Files that every published result holds.</summary>
    private static readonly string[] _reservedNames = ["stdout", "stderr", "exitCode"];

    public static void Check(TaskSpec task, string path, SpecProblems problems)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < task.ResultPaths.Length; index++)
        {
            var result = task.ResultPaths[index];
            var place = $"{path}.ResultPaths[{index}]";
            CheckPath(task, result, place, problems);
            CheckName(task, result, place, problems);
            if (result.Name.Length > 0 && !names.Add(result.Name))
            {
                problems.Add(
                    $"{place}.Name", $"task '{task.Name}': the result name '{result.Name}' is used twice", "choose another", SpecProblemCode.Duplicate);
            }

            if (result.Path.Length > 0 && !paths.Add(result.Path))
            {
                problems.Add(
                    $"{place}.Path", $"task '{task.Name}': the result path '{result.Path}' is used twice", "name each path once", SpecProblemCode.Duplicate);
            }
        }

        if (!task.ResultPaths.IsEmpty && string.IsNullOrEmpty(task.Publisher?.Type))
        {
            problems.AddWhenStored(
                $"{path}.Publisher",
                $"task '{task.Name}': result paths need a publisher",
                "write Publisher: {Type: local}, or take the result paths out",
                SpecProblemCode.Missing);
        }
    }

    private static void CheckPath(TaskSpec task, ResultPath result, string place, SpecProblems problems)
    {
        if (result.Path.Length == 0)
        {
            problems.Add($"{place}.Path", $"task '{task.Name}': the result '{result.Name}' has no path", "such as /outputs", SpecProblemCode.Missing);
        }
        else if (!result.Path.StartsWith('/'))
        {
            problems.Add($"{place}.Path", $"task '{task.Name}': the result path '{result.Path}' is not absolute", "let it start with /");
        }
        else if (PathRules.LeavesItsFolder(result.Path))
        {
            problems.Add($"{place}.Path", $"task '{task.Name}': the result path '{result.Path}' cannot be used", PathRules.Hint);
        }
    }

    private static void CheckName(TaskSpec task, ResultPath result, string place, SpecProblems problems)
    {
        if (result.Name.Length == 0)
        {
            problems.Add(
                $"{place}.Name", $"task '{task.Name}': the result path '{result.Path}' has no name", "such as outputs", SpecProblemCode.Missing);
        }
        else if (!PathRules.IsRelativeWithin(result.Name))
        {
            problems.Add(
                $"{place}.Name",
                $"task '{task.Name}': the result name '{result.Name}' cannot be a folder of the result",
                "a relative path without . and .., such as outputs");
        }
        else if (_reservedNames.Contains(result.Name.Split('/')[0], StringComparer.OrdinalIgnoreCase))
        {
            problems.Add(
                $"{place}.Name", $"task '{task.Name}': the result name '{result.Name}' is reserved", "every result holds stdout, stderr and exitCode: choose another");
        }
    }
}
