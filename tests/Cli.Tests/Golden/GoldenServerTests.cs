namespace Bacalhau.Cli.Tests.Golden;

public sealed class GoldenServerTests(GoldenServer server) : IClassFixture<GoldenServer>
{
    public static TheoryData<string> WithServer => CasesOf(GoldenTier.Server);

    public static TheoryData<string> WithDocker => CasesOf(GoldenTier.Docker);

    [Theory]
    [MemberData(nameof(WithServer))]
    public async Task Command_has_the_recorded_shape(string name)
    {
        Assert.SkipWhen(GoldenServer.Program.Length == 0, "set BACALHAU_TEST_BINARY to the built program");
        var recorded = GoldenCase.Read(name);
        var rule = GoldenTable.All.Single(entry => entry.Name == name).Rule;
        using var run = new GoldenRun(server);

        var result = await run.RunAsync(recorded);

        if (GoldenShape.Of(recorded, result, rule) is { } problem)
            Assert.Fail(problem);
    }

    [Theory]
    [MemberData(nameof(WithDocker))]
    public async Task Command_about_a_container_has_the_recorded_shape(string name)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("BACALHAU_TEST_DOCKER_IMAGE") is null or "", "set BACALHAU_TEST_DOCKER_IMAGE to an image of a local Docker engine");
        await Command_has_the_recorded_shape(name);
    }

    [Fact]
    public void Shell_lines_in_the_data_folder_point_clients_at_a_running_server()
    {
        Assert.SkipWhen(GoldenServer.Program.Length == 0, "set BACALHAU_TEST_BINARY to the built program");
        Assert.Equal(server.Here("export BACALHAU_API_HOST=127.0.0.1\nexport BACALHAU_API_PORT=22000\n"), File.ReadAllText(server.PathOf("bacalhau.run")));
    }

    private static TheoryData<string> CasesOf(GoldenTier tier) => new(GoldenTable.All.Where(entry => entry.Tier == tier).Select(entry => entry.Name));
}
