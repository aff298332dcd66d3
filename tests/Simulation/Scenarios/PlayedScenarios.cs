using System.Collections.Concurrent;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>What came of each scenario; each is played once.</summary>
public sealed class PlayedScenarios
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<TimelineEntry>> played = new(StringComparer.Ordinal);

    /// <summary>Plays a scenario, or tells what came of it before.</summary>
    internal IReadOnlyList<TimelineEntry> Play(Scenario scenario) => played.GetOrAdd(scenario.Number, _ => scenario.Run());
}
