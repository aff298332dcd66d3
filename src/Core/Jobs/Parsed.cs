using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Typed parameters, or the reasons why they are none.</summary>
/// <param name="Value">The parameters; null when there are problems.</param>
/// <param name="Problems">All problems.</param>
/// <param name="Warnings">Parameters that are ignored.</param>
public sealed record Parsed<T>(T? Value, ImmutableArray<SpecProblem> Problems, ImmutableArray<SpecProblem> Warnings) where T : class
{
    /// <summary>The problems as one text, for errors of an engine or source.</summary>
    public string ProblemText => string.Join("; ", Problems);
}
