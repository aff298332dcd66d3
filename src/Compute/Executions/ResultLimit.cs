using System.Globalization;
using Bacalhau.Core.Executions;

namespace Bacalhau.Compute.Executions;

/// <summary>How large the results of one execution may be, its output included: as large as the disk that its task asks for, else as the node allows.</summary>
internal sealed class ResultLimit(RunnerParts parts, ExecutionWork work)
{
    /// <summary>A walk over many files is repeated so seldom that it takes a tenth of the time at most.</summary>
    private const int LookShare = 10;

    private readonly bool hasResults = work.Task.ResultPaths.Length > 0 || RunnerParts.IsPublished(work.Task);
    private ExecutionProblem? found;

    /// <summary>Looks; null if the results are not too large. What was too large once stays so.</summary>
    public ExecutionProblem? FindProblem() => found ??= hasResults ? Measure() : null;

    /// <summary>Looks while the program runs, and cancels <paramref name="passed"/> once the limit is passed.</summary>
    public async Task WatchAsync(CancellationTokenSource passed, CancellationToken ended)
    {
        try
        {
            for (var pause = parts.Limits.ResultLook; hasResults && found is null; pause = Look())
            {
                await Task.Delay(pause, parts.Clock, ended);
            }

            if (found is not null)
            {
                passed.Cancel();
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The program has ended.
        }
    }

    /// <summary>Gives the time until the next look.</summary>
    private TimeSpan Look()
    {
        var begun = parts.Clock.GetTimestamp();
        try
        {
            _ = FindProblem();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The program moves its files while they are counted; the look after its end meets nobody.
        }

        var pause = parts.Clock.GetElapsedTime(begun) * LookShare;
        return pause > parts.Limits.ResultLook ? pause : parts.Limits.ResultLook;
    }

    private ExecutionProblem? Measure()
    {
        var asked = work.Held.Assignment!.Amount.DiskBytes;
        var limit = asked > 0 ? asked : parts.Limits.ResultBytes;
        var bytes = parts.Workspace.FolderOf(work.Held.Id).Results.MeasureBytes() + work.Log.OutputBytes;
        var owner = asked > 0 ? "Resources.Disk of the task" : "Compute.Results.MaxSize of the node, since the task asks for no disk";
        return bytes <= limit ? null : new ExecutionProblem(
            "Results:TooLarge",
            string.Create(CultureInfo.InvariantCulture, $"the results are too large: {bytes} bytes with the output, and at most {limit} bytes are allowed ({owner})"),
            "Ask in Resources.Disk for as much as the results need, or let the program leave less.");
    }
}
