using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Executions;

/// <summary>Which of the node's own environment variables jobs may read.</summary>
/// <param name="Allowed">Regular expressions, not anchored, over names.</param>
/// <param name="Find">The value of a variable; null if it is not set.</param>
public sealed record HostVariables(IReadOnlyList<string> Allowed, Func<string, string?> Find)
{
    /// <summary>None at all.</summary>
    public static HostVariables None { get; } = new([], _ => null);
}

/// <summary>The complete environment of a program: the task's own, what it takes from the node, and what the node adds.</summary>
internal static class TaskEnvironment
{
    private const string HostPrefix = "env:";
    private static readonly TimeSpan _matchLimit = TimeSpan.FromSeconds(1);

    /// <summary>Resolves it, or says why that is not possible on this node.</summary>
    public static (ImmutableSortedDictionary<string, string> Variables, ExecutionProblem? Refusal) Resolve(
        HeldJob job, TaskSpec task, HostVariables host)
    {
        var variables = TextMap.Empty.ToBuilder();
        foreach (var (name, value) in task.Env)
        {
            if (!value.StartsWith(HostPrefix, StringComparison.Ordinal))
            {
                variables[name] = value;
                continue;
            }

            var wanted = value[HostPrefix.Length..];
            if (FindObjection(wanted, host) is { } refusal)
            {
                return (TextMap.Empty, refusal);
            }

            variables[name] = host.Find(wanted)!;
        }

        foreach (var (name, value) in job.OwnVariables())
        {
            variables[name] = value;
        }

        return (variables.ToImmutable(), null);
    }

    private static ExecutionProblem? FindObjection(string name, HostVariables host)
    {
        if (!host.Allowed.Any(pattern => Regex.IsMatch(name, pattern, RegexOptions.CultureInvariant, _matchLimit)))
        {
            return new ExecutionProblem(
                "EnvResolver:UnauthorizedError",
                $"the node's environment variable '{name}' is not allowed for jobs",
                "Ask the node's operator to add it to Compute.Env.AllowList, or choose another node by constraints.");
        }

        return host.Find(name) is null
            ? new ExecutionProblem("EnvResolver:NotFoundError", $"the node has no environment variable '{name}'", "Set it where the node is started, or choose another node by constraints.")
            : null;
    }
}

/// <summary>What a program is told of the job it belongs to.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="JobType">Type of the job.</param>
/// <param name="Assignment">What was assigned.</param>
internal sealed record HeldJob(string ExecutionId, string JobType, Assignment Assignment)
{
    /// <summary>The variables that the node adds; they win.</summary>
    public IEnumerable<(string Name, string Value)> OwnVariables()
    {
        yield return ("BACALHAU_EXECUTION_ID", ExecutionId);
        yield return ("BACALHAU_JOB_ID", Assignment.JobId);
        yield return ("BACALHAU_JOB_TYPE", JobType);
        yield return ("BACALHAU_PARTITION_INDEX", Assignment.Partition.ToString(CultureInfo.InvariantCulture));
        yield return ("BACALHAU_PARTITION_COUNT", Assignment.Count.ToString(CultureInfo.InvariantCulture));
    }
}
