using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>The line of each value of a job file.</summary>
public sealed class SourceLines
{
    private readonly Dictionary<string, int> lines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Of a text whose lines are not known.</summary>
    public static SourceLines None { get; } = new();

    /// <summary>The problems, each with the line of its place or of the nearest thing around it.</summary>
    public ImmutableArray<SpecProblem> Locate(ImmutableArray<SpecProblem> problems) =>
        [.. problems.Select(problem => problem.Line > 0 ? problem : problem with { Line = LineOf(problem.Path) })];

    internal void Add(string path, int line) => lines.TryAdd(path, line);

    private int LineOf(string path)
    {
        for (var place = path; place.Length > 0; place = Around(place))
        {
            if (lines.TryGetValue(place, out var line))
            {
                return line;
            }
        }

        return 0;
    }

    private static string Around(string path) => path[..Math.Max(0, path.AsSpan().LastIndexOfAny('.', '['))];
}
