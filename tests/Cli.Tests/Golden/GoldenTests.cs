namespace Bacalhau.Cli.Tests.Golden;

public sealed class GoldenTests
{
    public static TheoryData<string> Alone => new(GoldenTable.All.Where(entry => entry.Tier == GoldenTier.Alone).Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Alone))]
    public async Task Command_does_what_was_recorded(string name)
    {
        var recorded = GoldenCase.Read(name);
        var rule = GoldenTable.All.Single(entry => entry.Name == name).Rule;
        using var run = new GoldenRun();

        var result = await run.RunAsync(recorded);

        if (GoldenVerdict.Of(recorded, result, rule) is { } problem)
            Assert.Fail(problem);
    }

    [Fact]
    public void Every_recorded_case_is_in_the_table()
    {
        Assert.Equal(GoldenCase.All, GoldenTable.All.Select(entry => entry.Name).Order(StringComparer.Ordinal));
        foreach (var tier in GoldenTable.All.CountBy(entry => entry.Tier).OrderBy(count => count.Key))
            TestContext.Current.SendDiagnosticMessage("{0}: {1} recorded cases", tier.Key, tier.Value);
    }

    [Fact]
    public void Every_case_that_is_not_tested_yet_says_what_is_missing()
    {
        var later = GoldenTable.All.Where(entry => entry.Tier == GoldenTier.Later).ToList();
        Assert.All(later, entry => Assert.NotEmpty(entry.Rule));
        foreach (var missing in later.CountBy(entry => entry.Rule).OrderByDescending(count => count.Value))
            TestContext.Current.SendDiagnosticMessage("later: {0} cases need {1}", missing.Value, missing.Key);
    }

    [Fact]
    public void Every_intended_difference_is_explained()
    {
        var rules = GoldenTable.All.Where(entry => entry.Tier != GoldenTier.Later && entry.Rule.Length > 0).Select(entry => entry.Rule).Distinct();
        var explained = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "compatibility-cli.md"));
        Assert.All(rules, rule => Assert.Contains($"`{rule}`", explained, StringComparison.Ordinal));
    }
}
