namespace Bacalhau.Simulation.Scenarios;

/// <summary>What was recorded of the reference, played here.</summary>
public sealed class ScenarioTests(PlayedScenarios played) : IClassFixture<PlayedScenarios>
{
    private const string UpdateVariable = "BACALHAU_UPDATE_DOCS";

    public static TheoryData<string> Numbers => [.. ScenarioList.All.Where(scenario => scenario.Play is not null).Select(scenario => scenario.Number)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Scenario_goes_as_the_document_says(string number) =>
        Assert.NotEmpty(played.Play(ScenarioList.All.Single(scenario => scenario.Number == number)));

    [Fact]
    public void Document_of_scenarios_is_up_to_date()
    {
        var file = Path.Combine(RepositoryRoot(), "docs", "scenarios.md");
        var text = ScenarioDocument.Write(ScenarioList.All.Select(scenario => (scenario, played.Play(scenario))));
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.True(File.ReadAllText(file) == text, $"docs/scenarios.md differs from what happens; look at why, then write it anew: {UpdateVariable}=1 dotnet run --project tests/Simulation -- -class '*ScenarioTests'");
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bacalhau.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder;
    }
}
