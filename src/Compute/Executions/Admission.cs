using Bacalhau.Compute.Results;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Executions;

/// <summary>Finds, before anything is fetched or started, what is sure to keep a task from running on this node.</summary>
internal static class Admission
{
    /// <summary>What speaks against it; null is nothing.</summary>
    public static async Task<ExecutionProblem?> FindRefusalAsync(RunnerParts parts, ExecutionWork work, CancellationToken cancellation)
    {
        var task = work.Task;
        if (parts.EngineOf(task) is not { } engine)
        {
            return Missing("engine", task.Engine);
        }

        return AllOf(parts.Policy.FindObjections(task, input => parts.SourceOf(input) is { IsHere: true }))
            ?? ResultNames.FindProblem(task.ResultPaths)
            ?? TaskEnvironment.Resolve(work.Job, task, parts.HostVariables).Refusal
            ?? await FindInputRefusalAsync(parts, task, cancellation)
            ?? await FindPublisherRefusalAsync(parts, task, cancellation)
            ?? AllOf(await new AdmissionProbes(parts).FindObjectionsAsync(work, cancellation))
            ?? await engine.FindRefusalAsync(task, cancellation);
    }

    /// <summary>Several objections as one, under the code of the first; null for none.</summary>
    private static ExecutionProblem? AllOf(IEnumerable<ExecutionProblem> objections)
    {
        var all = objections.ToList();
        return all.Count == 0 ? null : all[0] with
        {
            Message = string.Join("; ", all.Select(problem => problem.Message)),
            Hint = string.Join(' ', all.Select(problem => problem.Hint).Distinct(StringComparer.Ordinal)),
        };
    }

    private static async Task<ExecutionProblem?> FindInputRefusalAsync(RunnerParts parts, TaskSpec task, CancellationToken cancellation)
    {
        foreach (var input in task.InputSources)
        {
            var refusal = parts.SourceOf(input) is { } source ? await source.FindRefusalAsync(input, cancellation) : Missing("input source", input.Source);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        return null;
    }

    private static async Task<ExecutionProblem?> FindPublisherRefusalAsync(RunnerParts parts, TaskSpec task, CancellationToken cancellation)
    {
        if (!RunnerParts.IsPublished(task))
        {
            return null;
        }

        return parts.Publishers.TryGetValue(RunnerParts.NameOf(task.Publisher), out var publisher)
            ? await publisher.FindRefusalAsync(task.Publisher!, cancellation)
            : Missing("publisher", task.Publisher);
    }

    private static ExecutionProblem Missing(string kind, SpecConfig? config) =>
        new("Node:Missing", $"this node has no {kind} '{RunnerParts.NameOf(config)}'", "Correct the type in the job, or enable it on a node.");
}
