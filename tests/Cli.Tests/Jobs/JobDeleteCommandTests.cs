using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobDeleteCommandTests : IAsyncDisposable
{
    private const string Path = "/orchestrator/jobs/j-1/delete";
    private readonly FakeApi api = new FakeApi().On("PUT", Path, """{"Success":true}""");

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Without_a_terminal_nothing_is_deleted_but_with_a_yes()
    {
        using var cli = new CliRun { Input = "y\n" };
        var refused = await cli.With(api).RunAsync("job", "delete", "j-1");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("--yes", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"PUT /api/v1{Path}", api.Requests);

        var result = await cli.With(api).RunAsync("job", "delete", "-y", "j-1");
        Assert.Equal((0, "Deleted job j-1\n"), (result.ExitCode, result.Output));
        Assert.Contains($"PUT /api/v1{Path}", api.Requests);
    }

    [Fact]
    public async Task One_that_cannot_be_deleted_does_not_keep_the_others()
    {
        using var cli = new CliRun();
        var result = await cli.With(api).RunAsync("job", "delete", "-y", "j-0", "j-1", "j-2");

        Assert.Equal((1, "Deleted job j-1\n"), (result.ExitCode, result.Output));
        Assert.Contains("Warning: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Error: ", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n", 1)]
    [InlineData("n\n", 1)]
    [InlineData("", 1)]
    [InlineData("y\n", 0)]
    public async Task On_a_terminal_only_a_yes_deletes(string typed, int code)
    {
        using var cli = new CliRun { IsInputTerminal = true, Input = typed };
        var result = await cli.With(api).RunAsync("job", "delete", "j-1");

        Assert.Equal(code, result.ExitCode);
        Assert.Contains("Delete job j-1", result.Error, StringComparison.Ordinal);
        Assert.Equal(code == 0, api.Requests.Any(request => request.EndsWith("/delete", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Yes_spares_the_question()
    {
        using var cli = new CliRun { IsInputTerminal = true };
        var result = await cli.With(api).RunAsync("job", "delete", "--yes", "j-1");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }
}
