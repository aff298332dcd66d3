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
    private const string Reserved = "BACALHAU_";

    /// <summary>Reads a task; the task is null when there is a problem.</summary>
    public static (DockerTask? Task, ExecutionProblem? Problem) Read(TaskSpec spec)
    {
        var reader = new ParameterReader(spec.Engine);
        var image = reader.Text("Image");
        var folder = reader.Text("WorkingDirectory");
        var (entrypoint, parameters) = (reader.Texts("Entrypoint"), reader.Texts("Parameters"));
        var variables = ReadVariables(reader);
        if (image.Length == 0)
        {
            reader.Add("Image must not be empty");
        }

        if (folder.Length > 0 && !folder.StartsWith('/'))
        {
            reader.Add($"WorkingDirectory must be absolute, not '{folder}'");
        }

        CheckTargets(spec, reader);
        if (reader.FindProblem("Docker") is { } problem)
        {
            return (null, problem);
        }

        return ImageName.TryParse(image, out var name)
            ? (new DockerTask(name, entrypoint, parameters, variables, folder), null)
            : (null, DockerProblems.ImageInvalid(image));
    }

    /// <summary>A variable without <c>=</c> is dropped, of two of a name the last one counts.</summary>
    private static ImmutableSortedDictionary<string, string> ReadVariables(ParameterReader reader)
    {
        var variables = TextMap.Empty;
        foreach (var variable in reader.Texts("EnvironmentVariables"))
        {
            var at = variable.IndexOf('=', StringComparison.Ordinal);
            var name = at < 0 ? variable : variable[..at];
            if (name.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase))
            {
                reader.Add($"EnvironmentVariables: '{name}' begins with {Reserved}, which is reserved");
            }
            else if (at == 0)
            {
                reader.Add($"EnvironmentVariables: '{variable}' has no name");
            }
            else if (at > 0)
            {
                variables = variables.SetItem(name, variable[(at + 1)..]);
            }
        }

        return variables;
    }

    private static void CheckTargets(TaskSpec spec, ParameterReader reader)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var target in spec.InputSources.Select(input => input.Target).Concat(spec.ResultPaths.Select(result => result.Path)))
        {
            if (!target.StartsWith('/') || target.Trim('/').Length == 0)
            {
                reader.Add($"the path '{target}' of an input or result must be absolute and not '/'");
            }
            else if (!seen.Add(target.TrimEnd('/')))
            {
                reader.Add($"the path '{target}' is used by two inputs or results");
            }
        }
    }
}
