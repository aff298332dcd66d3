using System.Text;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Results;

/// <summary>Which names result paths may have: each is one folder beside <c>stdout</c>, <c>stderr</c> and <c>exitCode</c>.</summary>
public static class ResultNames
{
    /// <summary>File with the program's standard output.</summary>
    public const string Stdout = "stdout";

    /// <summary>File with the program's standard error.</summary>
    public const string Stderr = "stderr";

    /// <summary>File with the program's exit code in decimal.</summary>
    public const string ExitCode = "exitCode";

    private const int LongestNameBytes = 255;

    /// <summary>What speaks against these result paths; null is nothing.</summary>
    public static ExecutionProblem? FindProblem(IReadOnlyList<ResultPath> results)
    {
        var seen = new HashSet<string>([Stdout, Stderr, ExitCode], StringComparer.Ordinal);
        foreach (var result in results)
        {
            var reason = FindReason(result.Name) ?? (seen.Add(result.Name) ? null : "it is taken");
            if (reason is not null)
            {
                return new ExecutionProblem("Results:BadName", $"the result name '{result.Name}' is not possible: {reason}", "Name each result path as a single folder, such as 'outputs'.");
            }
        }

        return null;
    }

    private static string? FindReason(string name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => "it is empty",
        "." or ".." => "it leads out of the results",
        _ when name.AsSpan().ContainsAny('/', '\\') => "it may not hold a slash",
        _ when name.Any(char.IsControl) => "it holds a control character",
        _ when Encoding.UTF8.GetByteCount(name) > LongestNameBytes => $"it is longer than {LongestNameBytes} bytes",
        _ => null,
    };
}
