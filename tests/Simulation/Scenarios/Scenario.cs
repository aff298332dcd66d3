using System.Globalization;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>One recorded scenario of the reference, and how it goes here.</summary>
internal sealed record Scenario
{
    /// <summary>Number of the recording, as <c>03b</c>.</summary>
    public required string Number { get; init; }

    public required string Title { get; init; }

    /// <summary>What the reference did: <c>good</c>, <c>surprising</c> or <c>weak</c>, and why.</summary>
    public required string There { get; init; }

    /// <summary>What is different here, or that nothing is.</summary>
    public required string Here { get; init; }

    /// <summary>Plays it and asserts; null for what another test shows.</summary>
    public Func<ScenarioCluster, Task>? Play { get; init; }

    /// <summary>The reference's timeline. Its file has seconds and what happened, a line each; what the test did is marked with <c>*</c>.</summary>
    public IReadOnlyList<TimelineEntry> Recorded =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Scenarios", "Recorded", $"{Number}.txt")).Select(Read)];

    /// <summary>Plays it; gives back what happened.</summary>
    public IReadOnlyList<TimelineEntry> Run()
    {
        if (Play is null)
        {
            return [];
        }

        using var cluster = new ScenarioCluster();
        cluster.Run(Play);
        return cluster.Timeline.Entries;
    }

    private static TimelineEntry Read(string line)
    {
        var parts = line.Trim().Split(' ', 2);
        var isStep = parts[1].StartsWith("* ", StringComparison.Ordinal);
        return new(double.Parse(parts[0], CultureInfo.InvariantCulture), isStep ? parts[1][2..] : parts[1], isStep);
    }
}
