using System.Collections.Immutable;
using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>A job document as it was read: the spec, or every reason why it is none.</summary>
/// <param name="Spec">The spec; null when there are problems.</param>
/// <param name="Given">Fields of the server that the document held.</param>
/// <param name="Problems">Values that are no job, all of them.</param>
/// <param name="UnknownFields">Fields that do not exist, each with the nearest name as its hint; refused or warned about as the reader likes.</param>
public sealed record JobReading(
    JobSpec? Spec,
    GivenServerFields Given,
    ImmutableArray<SpecProblem> Problems,
    ImmutableArray<SpecProblem> UnknownFields)
{
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

    private static bool IsTopLevel(SpecProblem unknown) => !unknown.Path.Contains('.', StringComparison.Ordinal);
}
