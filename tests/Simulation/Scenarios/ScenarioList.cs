using System.Collections.Immutable;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>All recorded scenarios, by number.</summary>
internal static class ScenarioList
{
    private static readonly ImmutableArray<Scenario>[] _groups =
    [
        BatchScenarios.All, QueueScenarios.All, OrderScenarios.All, StopScenarios.All, TypeScenarios.All, VersionScenarios.All, NodeLossScenarios.All,
        MembershipScenarios.All, FreezeScenarios.All, OutageScenarios.All, FailureScenarios.All, OtherScenarios.All,
    ];

    public static readonly ImmutableArray<Scenario> All = [.. _groups.SelectMany(group => group).OrderBy(scenario => scenario.Number, StringComparer.Ordinal)];
}
