using System.Text;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary>Commands on a job whose executions come on two pages.</summary>
public sealed class ExecutionPagesTests : IAsyncLifetime
{
    private const string Job = "j-11111111-1111-4111-8111-111111111111";
    private const string First = "e-11111111-1111-4111-8111-111111111111";
    private const string Second = "e-22222222-2222-4222-8222-222222222222";
    private readonly FakeApi api = new();

    public ValueTask InitializeAsync()
    {
        const string Path = "/orchestrator/jobs/" + Job;
        const string JobDocument = $$"""{"ID":"{{Job}}","Name":"hello","Type":"batch","Count":2,"Version":3,"State":{"StateType":"Completed"},"Tasks":[]}""";
        api.On("PUT", "/orchestrator/jobs", $$"""{"JobID":"{{Job}}","EvaluationID":"","Warnings":null}""")
            .On("GET", Path, $$"""{"Job":{{JobDocument}},"History":{"NextToken":"","Items":[]},"Executions":{{Page(First, "next")}}}""")
            .On("GET", Path + "/history", """{"NextToken":"","Items":[]}""")
            .On("GET", "/api/v1" + Path + "/executions", request => new(200, Encoding.UTF8.GetBytes(
                request.QueryString["next_token"] == "next" ? Page(Second, "") : Page(First, "next"))));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task All_executions_are_listed_if_no_limit_is_set(string format)
    {
        var result = await RunAsync("job", "executions", Job, "--limit", "0", "--output", format);

        Assert.Contains(First, result.Output, StringComparison.Ordinal);
        Assert.Contains(Second, result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task One_page_is_listed_within_a_limit_and_the_way_to_the_next_is_said()
    {
        var result = await RunAsync("job", "executions", Job, "--limit", "1");

        Assert.DoesNotContain("e-22222222", result.Output, StringComparison.Ordinal);
        Assert.EndsWith($"\tbacalhau job executions {Job} --limit 1 --next-token next\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_is_described_with_all_of_its_executions(bool isJson)
    {
        var result = isJson ? await RunAsync("job", "describe", Job, "--output", "json") : await RunAsync("job", "describe", Job);

        Assert.Contains("e-11111111", result.Output, StringComparison.Ordinal);
        Assert.Contains("e-22222222", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"next\"", result.Output, StringComparison.Ordinal);
        Assert.Contains($"GET /api/v1/orchestrator/jobs/{Job}/executions?job_version=3&next_token=next", api.Requests);
    }

    [Fact]
    public async Task The_outcome_of_a_job_counts_all_of_its_executions()
    {
        var result = await RunAsync("job", "run");

        Assert.Contains("exit code 3 in 2 of 2 executions", result.Output, StringComparison.Ordinal);
    }

    private async Task<CliResult> RunAsync(params string[] words)
    {
        using var cli = new CliRun { Input = "{Name: hello, Type: batch, Tasks: [{Name: main, Engine: {Type: docker, Params: {Image: busybox}}}]}" }.With(api);
        return await cli.RunAsync(words);
    }

    private static string Page(string execution, string next) => $$$"""
        {"NextToken":"{{{next}}}","Items":[{"ID":"{{{execution}}}","Namespace":"default","EvalID":"","Name":"","NodeID":"n-1","JobID":"{{{Job}}}","JobVersion":3,
        "AllocatedResources":{"Tasks":{}},"DesiredState":{"StateType":2},"ComputeState":{"StateType":9},"PublishedResult":{"Type":""},
        "RunOutput":{"Stdout":"hi\n","StdoutTruncated":false,"stderr":"","StderrTruncated":false,"ExitCode":3,"ErrorMsg":""},
        "PreviousExecution":"","NextExecution":"","FollowupEvalID":"","Revision":4,"CreateTime":1,"ModifyTime":2}]}
        """;
}
