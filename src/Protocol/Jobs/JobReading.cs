using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>A job document as it was read: the spec, or every reason why it is none.</summary>
/// <param name="Readable">What of the spec could be read, with defaults where it could not; null if the document is no job at all.</param>
/// <param name="Given">Fields of the server that the document held.</param>
/// <param name="Problems">Values that are no job, all of them.</param>
/// <param name="UnknownFields">Fields that do not exist, each with the nearest name as its hint; refused or warned about as the reader likes.</param>
public sealed record JobReading(
    JobSpec? Readable,
    GivenServerFields Given,
    ImmutableArray<SpecProblem> Problems,
    ImmutableArray<SpecProblem> UnknownFields)
{
    /// <summary>The spec; null when there are problems.</summary>
    public JobSpec? Spec => Problems.IsEmpty ? Readable : null;

    /// <summary>A reading that found nothing but one problem.</summary>
    internal static JobReading Failed(SpecProblem problem) => new(null, GivenServerFields.None, [problem], []);

    /// <summary>
    /// What the command line refuses before it sends anything: the problems, fields that only the server may set, and unknown fields of the
    /// job itself; with <paramref name="strict"/> the unknown fields below it too.
    /// </summary>
    public ImmutableArray<SpecProblem> ProblemsForCommandLine(bool strict = false) =>
    [
        .. Given.Written.Select(name => new SpecProblem(
            name, $"field: '{name}' in 'Job' is not allowed", "the server sets it: take the line out", SpecProblemCode.NotAllowed)),
        .. UnknownFields.Where(unknown => strict || IsTopLevel(unknown)),
        .. Problems,
    ];

    /// <summary>Unknown fields below the job itself, which the command line only warns about.</summary>
    public ImmutableArray<SpecProblem> UnknownNestedFields => [.. UnknownFields.Where(unknown => !IsTopLevel(unknown))];

    /// <summary>Of what was found in the part that could be read, all that does not follow from what could not.</summary>
    public IEnumerable<SpecProblem> WithoutConsequences(IEnumerable<SpecProblem> found) =>
        found.Where(problem => !Problems.Any(own => IsAtOrBelow(own.Path, problem.Path) || IsAtOrBelow(problem.Path, own.Path)));

    private static bool IsAtOrBelow(string path, string place) =>
        path.StartsWith(place, StringComparison.Ordinal) && (path.Length == place.Length || path[place.Length] is '.' or '[');

    private static bool IsTopLevel(SpecProblem unknown) => !unknown.Path.Contains('.', StringComparison.Ordinal);
}
