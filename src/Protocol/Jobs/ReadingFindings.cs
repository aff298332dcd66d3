using Bacalhau.Core.Jobs;

namespace Bacalhau.Protocol.Jobs;

/// <summary>What was found odd while a document was read; only the first hundred of each kind, since a stranger may send millions.</summary>
internal sealed class ReadingFindings
{
    private const int Most = 100;

    private readonly List<SpecProblem> problems = [];
    private readonly List<SpecProblem> unknownFields = [];

    public IReadOnlyList<SpecProblem> Problems => problems;

    public IReadOnlyList<SpecProblem> UnknownFields => unknownFields;

    public bool HasEnoughUnknown => unknownFields.Count >= Most;

    public void Report(SpecProblem problem)
    {
        if (problems.Count < Most)
        {
            problems.Add(problem);
        }
    }

    public void ReportUnknown(SpecProblem field)
    {
        if (!HasEnoughUnknown)
        {
            unknownFields.Add(field);
        }
    }
}
