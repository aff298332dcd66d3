namespace Bacalhau.Core.Jobs;

/// <summary>Which environment variables a task may set (spec: job-model.md §2.2).</summary>
public static class EnvRules
{
    /// <summary>Start of the names that the node sets.</summary>
    public const string ReservedPrefix = "BACALHAU_";

    /// <summary>Start of a value that is taken from the node's environment.</summary>
    public const string HostPrefix = "env:";

    internal const string ReservedHint = "names starting with BACALHAU_ are set by the node: choose another";

    /// <summary>The name in the node's environment that a value stands for; null when the value is meant as it is.</summary>
    public static string? HostName(string value) => value.StartsWith(HostPrefix, StringComparison.Ordinal) ? value[HostPrefix.Length..] : null;

    /// <summary>Whether a name, or a <c>NAME=value</c>, is one of the node's, in any case.</summary>
    public static bool IsReserved(string name) => name.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase);

    internal static void Check(TaskSpec task, string path, SpecProblems problems)
    {
        foreach (var (name, value) in task.Env)
        {
            var place = $"{path}.Env.{name}";
            if (name.Length == 0)
            {
                problems.Add(place, $"task '{task.Name}': an environment variable has no name", code: SpecProblemCode.Missing);
            }
            else if (IsReserved(name))
            {
                problems.Add(place, $"task '{task.Name}': the environment variable '{name}' is reserved", ReservedHint);
            }
            else if (!IsName(name))
            {
                problems.Add(
                    place,
                    $"task '{task.Name}': '{name}' is no name of an environment variable",
                    "upper-case letters, digits and _, starting with a letter");
            }

            if (value.Length == 0)
            {
                problems.Add(place, $"task '{task.Name}': the environment variable '{name}' has an empty value", "give it a value or take it out");
            }
            else if (value.Contains('\0', StringComparison.Ordinal))
            {
                problems.Add(place, $"task '{task.Name}': the value of the environment variable '{name}' holds a NUL character");
            }
        }
    }

    private static bool IsName(string name) =>
        char.IsLetter(name[0])
        && name.All(character => char.IsLetterOrDigit(character) || character == '_')
        && string.Equals(name, name.ToUpperInvariant(), StringComparison.Ordinal);
}
