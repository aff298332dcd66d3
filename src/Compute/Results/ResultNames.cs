using System.Text;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Results;

/// <summary>
/// Which names result paths may have: each is a folder beside <c>stdout</c>, <c>stderr</c> and <c>exitCode</c>. Submitted jobs are checked
/// already; a node does not rely on it.
/// </summary>
public static class ResultNames
{
    /// <summary>File with the program's standard output.</summary>
    public const string Stdout = "stdout";

    /// <summary>File with the program's standard error.</summary>
    public const string Stderr = "stderr";

    /// <summary>File with the program's exit code in decimal.</summary>
    public const string ExitCode = "exitCode";

    private static readonly string[] Reserved = [Stdout, Stderr, ExitCode];
    private const int LongestNameBytes = 255;

    /// <summary>What speaks against these result paths; null is nothing.</summary>
    public static ExecutionProblem? FindProblem(IReadOnlyList<ResultPath> results)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var result in results)
        {
            var reason = FindReason(result.Name) ?? (seen.Add(result.Name) ? null : "it is taken");
            if (reason is not null)
            {
                return new ExecutionProblem("Results:BadName", $"the result name '{result.Name}' is not possible: {reason}", "Name each result path as a folder, such as 'outputs'.");
            }
        }

        return null;
    }

    private static string? FindReason(string name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => "it is empty",
        _ when !PathRules.IsRelativeWithin(name) => "it must be a relative path without . and ..",
        _ when name.Any(char.IsControl) => "it holds a control character",
        _ when name.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > LongestNameBytes) => $"a part of it is longer than {LongestNameBytes} bytes",
        _ when Reserved.Contains(name.Split('/')[0], StringComparer.OrdinalIgnoreCase) => "every result holds a file of that name",
        _ => null,
    };
}
