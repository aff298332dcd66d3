using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Executions;

/// <summary>What a publisher left out or changed, for the job's history. A program decides how much that is, so only the first of it is kept.</summary>
internal sealed class PublishWarnings : IProgress<string>
{
    private const int MostKept = 20;
    private readonly List<string> kept = [];
    private int dropped;

    /// <summary>The warnings as events.</summary>
    public IEnumerable<ExecutionEvent> Events =>
        (dropped == 0 ? kept : kept.Append($"and {dropped} more warnings")).Select(text => new ExecutionEvent(EndReports.Publishing, text));

    public void Report(string value)
    {
        if (kept.Count < MostKept)
        {
            kept.Add(value);
        }
        else
        {
            dropped++;
        }
    }
}
