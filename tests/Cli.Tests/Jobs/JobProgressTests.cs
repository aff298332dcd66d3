using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobProgressTests
{
    private const string Id = "j-11111111-1111-4111-8111-111111111111";
    private const string Progress = ""","Phase":"preparing","Progress":{"Step":"pulling image","Done":12000000,"Total":40000000,"Unit":"bytes"}""";

    [Fact]
    public async Task Describing_a_job_shows_how_far_its_executions_are()
    {
        await using var api = Api(Progress);
        using var cli = new CliRun().With(api);

        Assert.Contains("pulling image 12 MB of 40 MB", (await cli.RunAsync("job", "describe", Id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listing_executions_shows_how_far_they_are()
    {
        await using var api = Api(Progress);
        using var cli = new CliRun().With(api);

        Assert.Contains("pulling image 12 MB of 40 MB", (await cli.RunAsync("job", "executions", Id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_progress_the_columns_are_as_ever()
    {
        await using var api = Api("");
        using var cli = new CliRun().With(api);

        Assert.DoesNotContain("PROGRESS", (await cli.RunAsync("job", "describe", Id)).Output.ToUpperInvariant(), StringComparison.Ordinal);
        Assert.DoesNotContain("PROGRESS", (await cli.RunAsync("job", "executions", Id)).Output.ToUpperInvariant(), StringComparison.Ordinal);
    }

    private static FakeApi Api(string progress)
    {
        var path = $"/orchestrator/jobs/{Id}";
        var executions = $$$"""
            {"NextToken":"","Items":[{"ID":"e-22222222-2222-4222-8222-222222222222","Namespace":"default","EvalID":"","Name":"","NodeID":"n-1","JobID":"{{{Id}}}","JobVersion":1,
            "AllocatedResources":{"Tasks":{}},"DesiredState":{"StateType":1},"ComputeState":{"StateType":6},"PublishedResult":{"Type":""},
            "RunOutput":{"Stdout":"","StdoutTruncated":false,"stderr":"","StderrTruncated":false,"ExitCode":0,"ErrorMsg":""},
            "PreviousExecution":"","NextExecution":"","FollowupEvalID":"","Revision":4,"CreateTime":1,"ModifyTime":2{{{progress}}}}]}
            """;
        var job = $$$"""{"ID":"{{{Id}}}","Name":"hello","Type":"batch","Count":1,"State":{"StateType":"Running"},"Tasks":[]}""";
        return new FakeApi()
            .On("GET", path, $$$"""{"Job":{{{job}}},"History":{"NextToken":"","Items":[]},"Executions":{{{executions}}}}""")
            .On("GET", path + "/executions", executions);
    }
}
