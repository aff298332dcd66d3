namespace Bacalhau.Cli.Tests.Golden;

public sealed class GoldenServerTests(GoldenServer server) : IClassFixture<GoldenServer>
{
    public static TheoryData<string> WithServer => new(GoldenTable.All.Where(entry => entry.Tier == GoldenTier.Server).Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(WithServer))]
    public async Task Command_has_the_recorded_shape(string name)
    {
        Assert.SkipWhen(server.Port == 0, "set BACALHAU_TEST_BINARY to the built program");
        var recorded = GoldenCase.Read(name);
        using var run = new GoldenRun(server.Port);

        var result = await run.RunAsync(recorded);

        if (GoldenShape.Of(recorded, result) is { } problem)
            Assert.Fail(problem);
    }
}
