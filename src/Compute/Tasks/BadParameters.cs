using System.Collections.Immutable;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Tasks;

/// <summary>
/// Says what is wrong with the parameters of an engine, input or publisher. Jobs are checked when they are submitted; a node looks again,
/// as it may know better than the orchestrator that sent the job.
/// </summary>
internal static class BadParameters
{
    /// <summary>The problems as one; null for none.</summary>
    public static ExecutionProblem? Of(string component, ImmutableArray<SpecProblem> problems) => problems.IsEmpty
        ? null
        : new ExecutionProblem($"{component}:BadParameters", string.Join("; ", problems), "Correct the parameters in the job and submit it again.");
}
