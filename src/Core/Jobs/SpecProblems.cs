using System.Collections.Immutable;

namespace Bacalhau.Core.Jobs;

/// <summary>Gathers problems while a job is looked at; only the first hundred, each of bounded length, since a stranger may send millions.</summary>
internal sealed class SpecProblems
{
    private const int Most = 100;
    private const int MostCharacters = 500;

    private readonly ImmutableArray<SpecProblem>.Builder found = ImmutableArray.CreateBuilder<SpecProblem>();

    public bool IsEmpty => found.Count == 0;

    /// <summary>A text of bounded length for a message.</summary>
    public static string Shorten(string text) => text.Length <= MostCharacters ? text : $"{text.AsSpan(0, MostCharacters)}…";

    public void Add(string path, string message, string hint = "", SpecProblemCode code = SpecProblemCode.Invalid) =>
        Add(new SpecProblem(Shorten(path), Shorten(message), hint, code));

    /// <summary>Adds a problem that the reference finds only when it stores the job.</summary>
    public void AddWhenStored(string path, string message, string hint = "", SpecProblemCode code = SpecProblemCode.Invalid) =>
        Add(new SpecProblem(Shorten(path), Shorten(message), hint, code) { FoundWhenStored = true });

    public void AddRange(ImmutableArray<SpecProblem> others)
    {
        foreach (var problem in others)
        {
            Add(problem);
        }
    }

    public ImmutableArray<SpecProblem> ToImmutable() => found.ToImmutable();

    private void Add(SpecProblem problem)
    {
        if (found.Count < Most)
        {
            found.Add(problem);
        }
    }
}
