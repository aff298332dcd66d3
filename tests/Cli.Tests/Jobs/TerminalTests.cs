using System.Text;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary>What only a person at a terminal sees.</summary>
public sealed class TerminalTests
{
    [Theory]
    [InlineData("TERM", "xterm", true)]
    [InlineData("TERM", "dumb", false)]
    [InlineData("NO_COLOR", "yes", false)]
    public async Task Waiting_shows_how_far_the_job_is_below_its_events(string variable, string value, bool isShown)
    {
        await using var api = JobRunCommandTests.Api("Running", exitCode: 0);
        var looks = 0;
        api.On("GET", $"/api/v1/orchestrator/jobs/{JobRunCommandTests.Id}/history", _ => new(200, Encoding.UTF8.GetBytes(JobRunCommandTests.History(isOver: ++looks > 1))));
        using var cli = new CliRun { Input = JobRunCommandTests.Job, IsTerminal = true }.With(api);

        var result = await cli.With(variable, value).RunAsync("job", "run");

        Assert.Equal(isShown, result.Output.Contains("Running: 1 of 1 executions done", StringComparison.Ordinal));
        Assert.Equal(isShown, result.Output.Contains('\e', StringComparison.Ordinal));
        Assert.Contains(" 10:00:01.000  e-22222222  Execution        Running", result.Output, StringComparison.Ordinal);
        Assert.Contains("\nAll about the job:\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_shows_a_bar_that_goes_at_the_end()
    {
        await using var api = new FakeApi();
        api.On("GET", "/orchestrator/jobs/out/results", $$$"""{"NextToken":"","Items":[{"Type":"urlDownload","Params":{"URL":"{{{api.Address}}}/result"}}]}""")
            .On("GET", "/result", _ => new(200, new byte[2 << 20]));
        using var cli = new CliRun { IsTerminal = true }.With(api);

        var result = await cli.RunAsync("job", "get", "out");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("100%", result.Error, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", result.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }
}
