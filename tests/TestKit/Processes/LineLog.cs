using System.Collections.Immutable;

namespace Bacalhau.TestKit.Processes;

/// <summary>Keeps the lines that a process writes and lets a test wait for one.</summary>
public sealed class LineLog
{
    private readonly Lock gate = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> waits = [];
    private ImmutableArray<string> lines = [];

    /// <summary>How long a test waits for what should be there at once.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public ImmutableArray<string> All
    {
        get { lock (gate) { return lines; } }
    }

    public void Add(string line)
    {
        lock (gate)
        {
            lines = lines.Add(line);
            waits.FindAll(wait => line.Contains(wait.Text, StringComparison.Ordinal)).ForEach(wait => wait.Seen.TrySetResult());
        }
    }

    /// <summary>Completes once some line holds the text.</summary>
    public Task WaitForAsync(string text)
    {
        lock (gate)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
            {
                seen.SetResult();
            }

            waits.Add((text, seen));
            return seen.Task.WaitAsync(Patience);
        }
    }
}
