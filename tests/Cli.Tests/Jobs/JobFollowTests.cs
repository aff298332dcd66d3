using System.Text;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobFollowTests
{
    private const string Path = "/orchestrator/jobs/" + JobRunCommandTests.Id;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Following_says_an_exit_code_that_is_not_zero_beside_the_output(int expected, bool isAsked)
    {
        await using var api = JobRunCommandTests.Api("Completed", exitCode: 3).OnLog(Path + "/logs", "hi\n");
        using var cli = new CliRun { Input = JobRunCommandTests.Job }.With(api);

        var result = await cli.RunAsync("job", "run", "--follow", $"--fail-on-job-failure={isAsked}");

        Assert.Equal(expected, result.ExitCode);
        Assert.EndsWith("\n\nhi\n", result.Output, StringComparison.Ordinal);
        Assert.Equal("\nJob completed: exit code 3 in 1 of 1 executions\n", result.Error);
    }

    [Fact]
    public async Task Following_waits_for_the_end_of_the_job_behind_the_end_of_its_log()
    {
        var looks = 0;
        await using var api = JobRunCommandTests.Api("Completed", exitCode: 3).OnLog(Path + "/logs", "hi\n");
        api.On("GET", "/api/v1" + Path, _ => new(200, Encoding.UTF8.GetBytes(
            JobIn("batch", ++looks < 4 ? "Running" : "Completed"))));
        using var cli = new CliRun { Input = JobRunCommandTests.Job }.With(api);

        Assert.Contains("exit code 3", (await cli.RunAsync("job", "run", "--follow")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_a_service_ends_with_its_log()
    {
        await using var api = JobRunCommandTests.Api("Running", exitCode: 0).OnLog(Path + "/logs", "hi\n");
        api.On("GET", Path, JobIn("service", "Running"));
        using var cli = new CliRun { Input = JobRunCommandTests.Job }.With(api);

        Assert.Equal((0, ""), await ErrorOf(cli.RunAsync("job", "run", "--follow")));
    }

    [Fact]
    public async Task Following_a_job_that_never_ran_names_why()
    {
        await using var api = JobRunCommandTests.Api("Failed", exitCode: 0, message: "no node has 100 CPUs");
        using var cli = new CliRun { Input = JobRunCommandTests.Job }.With(api);

        Assert.Equal(
            (1, $"\nError: job failed: no node has 100 CPUs\nHint:  Run 'bacalhau job describe {JobRunCommandTests.Id}' for all about it\n"),
            await ErrorOf(cli.RunAsync("job", "run", "--follow")));
    }

    [Fact]
    public async Task Following_a_job_that_failed_while_it_ran_names_why()
    {
        await using var api = JobRunCommandTests.Api("Failed", exitCode: 0, message: "out of memory").OnLog(Path + "/logs", "hi\n");
        using var cli = new CliRun { Input = JobRunCommandTests.Job }.With(api);

        Assert.Equal((0, "\nError: job failed: out of memory\n"), await ErrorOf(cli.RunAsync("job", "run", "--follow")));
    }

    private static string JobIn(string type, string state) => $$"""
        {"Job":{"ID":"{{JobRunCommandTests.Id}}","Type":"{{type}}","Count":1,"State":{"StateType":"{{state}}"} } }
        """;

    private static async Task<(int, string)> ErrorOf(Task<CliResult> run)
    {
        var result = await run;
        return (result.ExitCode, result.Error);
    }
}
