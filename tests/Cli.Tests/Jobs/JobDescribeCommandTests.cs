using System.Globalization;
using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

/// <summary><c>bacalhau job describe</c>.</summary>
public sealed class JobDescribeCommandTests : IAsyncLifetime
{
    private const string Job = "j-11111111-1111-4111-8111-111111111111";
    private readonly FakeApi api = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Job_of_ten_thousand_executions_is_told_by_its_failures_and_its_newest()
    {
        var executions = Enumerable.Range(0, 10_000).Select(number => Execution(number, state: number == 17 ? 10 : 9, created: number));
        Answer("""{"StateType":"Running"}""", string.Join(',', executions));

        var lines = (await DescribeAsync()).Split('\n');

        Assert.Contains("Completed = 9999", lines);
        Assert.Contains("Failed = 1", lines);
        Assert.Contains($"and 9950 more: bacalhau job executions {Job}", lines);
        Assert.Contains(lines, line => line.StartsWith(" e-00000017 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith(" e-00009999 ", StringComparison.Ordinal));
        Assert.True(lines.Length < 100, $"{lines.Length} lines");
    }

    [Fact]
    public async Task Execution_of_an_older_version_shows_which_and_each_why_it_is_on_its_node()
    {
        Answer("""{"StateType":"Running","Message":"version 2 replaces version 1: 1 of 2 executions done\n1 more execution waits: no room"}""",
            Execution(1, state: 6, version: 1) + "," + Execution(2, state: 6, version: 2, reason: "runs on each node that matches"));

        var text = await DescribeAsync();

        Assert.Contains("Message       = version 2 replaces version 1: 1 of 2 executions done\n                1 more execution waits: no room\n", text, StringComparison.Ordinal);
        Assert.Matches(" ID +VERSION +NODE ID .* WHY THIS NODE", text);
        Assert.Matches("e-00000001 +1 +node", text);
        Assert.Matches("e-00000002 +2 +node.* runs on each node that matches", text);
    }

    [Fact]
    public async Task Scheduled_job_shows_its_schedule_and_its_next_run()
    {
        Answer("""{"StateType":"Pending","Message":"next run 2030-01-02 03:30:00 UTC"}""", "", "\"Schedule\":{\"Cron\":\"30 4 * * *\",\"TimeZone\":\"Europe/Berlin\"},");

        var text = await DescribeAsync();

        Assert.Contains("Message       = next run 2030-01-02 03:30:00 UTC\nSchedule      = 30 4 * * * (Europe/Berlin)\n", text, StringComparison.Ordinal);
    }

    private static string Execution(int number, int state, long created = 0, int version = 2, string reason = "") => string.Create(CultureInfo.InvariantCulture, $$"""
        {"ID":"e-{{number:00000000}}-1111-4111-8111-111111111111","NodeID":"node","JobVersion":{{version}},"CreateTime":{{created}},
        "ComputeState":{"StateType":{{state}}},"DesiredState":{"StateType":1},"RunOutput":{},"NodeChoice":{"BytesLocal":0,"BytesMoved":0,"Reason":"{{reason}}"} }
        """);

    private void Answer(string state, string executions, string more = "") => api.On("GET", "/orchestrator/jobs/" + Job, $$$"""
        {"Job":{"ID":"{{{Job}}}","Name":"hello","Type":"service","Count":2,"Version":2,{{{more}}}"State":{{{state}}},"Tasks":[]},
        "History":{"NextToken":"","Items":[]},"Executions":{"NextToken":"","Items":[{{{executions}}}]}}
        """);

    private async Task<string> DescribeAsync()
    {
        using var cli = new CliRun().With(api);
        var result = await cli.RunAsync("job", "describe", Job);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result.Output;
    }
}
