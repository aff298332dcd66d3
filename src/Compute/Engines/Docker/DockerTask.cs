using System.Collections.Immutable;
using Bacalhau.Compute.Tasks;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Compute.Engines.Docker;

/// <summary>Parameters of a docker task.</summary>
/// <param name="Image">The image.</param>
/// <param name="Entrypoint">Program instead of the image's; empty for the image's.</param>
/// <param name="Parameters">Arguments instead of the image's; empty for the image's, unless there is an entry point.</param>
/// <param name="Variables">Variables that win over the task's, by name.</param>
/// <param name="WorkingDirectory">Folder in which the program starts; empty for the image's.</param>
internal sealed record DockerTask(
    ImageName Image, ImmutableArray<string> Entrypoint, ImmutableArray<string> Parameters, ImmutableSortedDictionary<string, string> Variables, string WorkingDirectory)
{
    /// <summary>Reads a task; the task is null when there is a problem.</summary>
    public static (DockerTask? Task, ExecutionProblem? Problem) Read(TaskSpec spec)
    {
        var read = DockerParams.Read(spec.Engine ?? new SpecConfig());
        if (BadParameters.Of("Docker", [.. read.Problems, .. FindNameless(read.Value), .. FindBadTargets(spec)]) is { } problem)
        {
            return (null, problem);
        }

        var parameters = read.Value!;
        return ImageName.TryParse(parameters.Image, out var name)
            ? (new DockerTask(name, parameters.Entrypoint, parameters.Parameters, ReadVariables(parameters), parameters.WorkingDirectory), null)
            : (null, DockerProblems.ImageInvalid(parameters.Image));
    }

    /// <summary>A variable without <c>=</c> is dropped, of two of a name the last one counts.</summary>
    private static ImmutableSortedDictionary<string, string> ReadVariables(DockerParams parameters)
    {
        var variables = TextMap.Empty;
        foreach (var variable in parameters.EnvironmentVariables)
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                variables = variables.SetItem(variable[..at], variable[(at + 1)..]);
            }
        }

        return variables;
    }

    private static IEnumerable<SpecProblem> FindNameless(DockerParams? parameters) =>
        from variable in parameters?.EnvironmentVariables ?? []
        where variable.StartsWith('=')
        select new SpecProblem("EnvironmentVariables", $"EnvironmentVariables: '{variable}' has no name");

    private static ImmutableArray<SpecProblem> FindBadTargets(TaskSpec spec)
    {
        var problems = ImmutableArray.CreateBuilder<SpecProblem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in spec.InputSources.Select(input => input.Target).Concat(spec.ResultPaths.Select(result => result.Path)))
        {
            if (!target.StartsWith('/') || target.Trim('/').Length == 0)
            {
                problems.Add(new SpecProblem(target, $"the path '{target}' of an input or result must be absolute and not '/'"));
            }
            else if (!seen.Add(target.TrimEnd('/')))
            {
                problems.Add(new SpecProblem(target, $"the path '{target}' is used by two inputs or results"));
            }
        }

        return problems.ToImmutable();
    }
}
