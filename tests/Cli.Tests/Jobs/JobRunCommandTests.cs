using Bacalhau.Cli.Tests.Support;

namespace Bacalhau.Cli.Tests.Jobs;

public sealed class JobRunCommandTests
{
    internal const string Id = "j-11111111-1111-4111-8111-111111111111";

    internal const string Job = """
        Name: hello
        Type: batch
        Tasks: [{Name: main, Engine: {Type: docker, Params: {Image: busybox}}}]
        """;

    [Fact]
    public async Task Waiting_prints_the_events_and_how_to_go_on()
    {
        await using var api = Api("Completed", exitCode: 0);
        using var cli = new CliRun { Input = Job }.With(api);

        var result = await cli.RunAsync("job", "run");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"Job successfully submitted. Job ID: {Id}", result.Output, StringComparison.Ordinal);
        Assert.Contains(" 10:00:00.000              Submission       Job submitted", result.Output, StringComparison.Ordinal);
        Assert.Contains(" 10:00:01.000  e-22222222  Execution        Running", result.Output, StringComparison.Ordinal);
        Assert.Contains($"bacalhau job describe {Id}", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Theory]
    [InlineData("Completed", 0, 0)]
    [InlineData("Completed", 3, 1)]
    [InlineData("Failed", 0, 1)]
    [InlineData("Stopped", 0, 1)]
    public async Task The_exit_code_tells_how_the_job_ended_if_asked(string state, int exitCode, int expected)
    {
        await using var api = Api(state, exitCode);
        using var cli = new CliRun { Input = Job }.With(api);

        Assert.Equal(expected, (await cli.RunAsync("job", "run", "--fail-on-job-failure")).ExitCode);
        Assert.Equal(0, (await cli.RunAsync("job", "run", "--fail-on-job-failure=false")).ExitCode);
    }

    [Fact]
    public async Task An_exit_code_that_is_not_zero_is_said()
    {
        await using var api = Api("Completed", exitCode: 3);
        using var cli = new CliRun { Input = Job }.With(api);

        Assert.Contains("exit code 3 in 1 of 1 executions", (await cli.RunAsync("job", "run")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_ends_with_its_own_exit_code()
    {
        await using var api = Api("Running", exitCode: 0, isOver: false);
        using var cli = new CliRun { Input = Job }.With(api);

        var result = await cli.RunAsync("job", "run", "--wait-timeout-secs", "1", "--fail-on-job-failure");

        Assert.Equal(124, result.ExitCode);
        Assert.Contains("not done after 1 seconds", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_leaves_the_job_alone()
    {
        using var stop = new CancellationTokenSource();
        await using var api = Api("Running", exitCode: 0, isOver: false, onHistory: stop.Cancel);
        using var cli = new CliRun { Input = Job }.With(api);

        var result = await cli.RunAsync(["job", "run"], stop.Token);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the job goes on", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Requests, request => request.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_is_waited_for()
    {
        await using var api = Api("Completed", exitCode: 0);
        var answered = 0;
        api.On("GET", $"/api/v1/orchestrator/jobs/{Id}/history", _ => Interlocked.Increment(ref answered) == 1
            ? new(200, [], Promised: 100)
            : new(200, System.Text.Encoding.UTF8.GetBytes(History(isOver: true))));
        using var cli = new CliRun { Input = Job }.With(api);

        var result = await cli.RunAsync("job", "run", "--fail-on-job-failure");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the server does not answer; the job goes on", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_waits_for_room_says_why()
    {
        const string Queued = """{"SeqNum":3,"Type":"JobLevel","JobID":"j-1","JobVersion":1,"Event":{"Message":"Job queued. no free room","Topic":"Queueing","Timestamp":"2026-01-01T10:00:02Z"},"Time":"2026-01-01T10:00:02Z"}""";
        await using var api = Api("Completed", exitCode: 0);
        api.On("GET", $"/orchestrator/jobs/{Id}/history", History(isOver: true).Replace("]}", $",{Queued}]}}", StringComparison.Ordinal));
        using var cli = new CliRun { Input = Job }.With(api);

        Assert.Contains("Job queued. no free room", (await cli.RunAsync("job", "run")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_job_file_is_named_whatever_its_kind()
    {
        using var cli = new CliRun { Input = "ID: mine\nCount: many\nType: batch\nTasks: [{Name: main, Engine: {Type: docker, Params: {}}, Network: {Type: weird}}]\n" };

        var result = await cli.RunAsync("job", "run");

        Assert.Equal(1, result.ExitCode);
        Assert.All(["line 1: field: 'ID'", "Count", "network type 'weird'", "Image"], part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\0asm", true)]
    [InlineData("int main", false)]
    public async Task A_module_is_known_by_its_first_bytes_not_by_its_name(string head, bool isModule)
    {
        using var cli = new CliRun();
        File.WriteAllText(cli.PathOf("program"), head + new string('x', 1000));

        var result = await cli.RunAsync("wasm", "run", "--dry-run", "program");

        Assert.Equal(isModule ? 0 : 1, result.ExitCode);
        Assert.Equal(!isModule, result.Error.Contains("program is no WebAssembly module", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_id_is_printed_if_asked()
    {
        await using var api = Api("Completed", exitCode: 0);
        using var cli = new CliRun { Input = Job }.With(api);

        Assert.Equal(Id + "\n", (await cli.RunAsync("job", "run", "--id-only")).Output);
        Assert.Equal(Id + "\n", (await cli.RunAsync("job", "run", "--wait=false")).Output);
    }

    [Fact]
    public async Task A_job_is_submitted_with_a_token_so_that_a_second_try_is_no_second_job()
    {
        var bodies = new List<string>();
        await using var api = Api("Completed", exitCode: 0);
        api.On("PUT", "/api/v1/orchestrator/jobs", request =>
        {
            using var reader = new StreamReader(request.InputStream);
            bodies.Add(reader.ReadToEnd());
            var answer = System.Text.Encoding.UTF8.GetBytes($$"""{"JobID":"{{Id}}","EvaluationID":"","Warnings":null}""");
            return bodies.Count == 1 ? new(200, answer[..5], Promised: answer.Length) : new(200, answer);
        });
        using var cli = new CliRun { Input = Job }.With(api);

        Assert.Equal(0, (await cli.RunAsync("job", "run", "--wait=false")).ExitCode);
        Assert.Equal(2, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Matches("\"IdempotencyToken\":\"[0-9a-f-]{36}\"", bodies[0]);
    }

    [Fact]
    public async Task Unknown_fields_are_refused_at_the_top_and_below_it_if_asked()
    {
        await using var api = Api("Completed", exitCode: 0);
        using var top = new CliRun { Input = Job + "\nFoo: 1" }.With(api);
        using var below = new CliRun { Input = Job.Replace("Name: main", "Nam: x, Name: main", StringComparison.Ordinal) }.With(api);

        Assert.Equal(1, (await top.RunAsync("job", "run")).ExitCode);
        Assert.Contains("unknown field: 'Nam'", (await below.RunAsync("job", "run")).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await below.RunAsync("job", "run", "--strict")).ExitCode);
    }

    internal static FakeApi Api(string state, int exitCode, bool isOver = true, Action? onHistory = null, string message = "")
    {
        var path = $"/orchestrator/jobs/{Id}";
        return new FakeApi()
            .On("PUT", "/orchestrator/jobs", $$"""{"JobID":"{{Id}}","EvaluationID":"","Warnings":null}""")
            .On("GET", path, $$$"""{"Job":{"ID":"{{{Id}}}","Name":"hello","Type":"batch","Count":1,"State":{"StateType":"{{{state}}}","Message":"{{{message}}}"},"Tasks":[]}}""")
            .On("GET", "/api/v1" + path + "/history", _ =>
            {
                onHistory?.Invoke();
                return new(200, System.Text.Encoding.UTF8.GetBytes(History(isOver)));
            })
            .On("GET", path + "/executions", Executions(exitCode));
    }

    internal static string History(bool isOver) => $$"""
        {"NextToken":"{{(isOver ? "" : "x")}}","Items":[
        {"SeqNum":1,"Type":"JobLevel","JobID":"{{Id}}","JobVersion":1,"Event":{"Message":"Job submitted","Topic":"Submission","Timestamp":"2026-01-01T10:00:00Z"},"Time":"2026-01-01T10:00:00Z"},
        {"SeqNum":2,"Type":"ExecutionLevel","JobID":"{{Id}}","JobVersion":1,"ExecutionID":"e-22222222-2222-4222-8222-222222222222","Event":{"Message":"Running","Topic":"Execution","Timestamp":"2026-01-01T10:00:01Z"},"Time":"2026-01-01T10:00:01Z"}]}
        """;

    private static string Executions(int exitCode) => $$$"""
        {"NextToken":"","Items":[{"ID":"e-22222222-2222-4222-8222-222222222222","Namespace":"default","EvalID":"","Name":"","NodeID":"n-1","JobID":"{{{Id}}}","JobVersion":1,
        "AllocatedResources":{"Tasks":{}},"DesiredState":{"StateType":2},"ComputeState":{"StateType":9},"PublishedResult":{"Type":""},
        "RunOutput":{"Stdout":"hi\n","StdoutTruncated":false,"stderr":"","StderrTruncated":false,"ExitCode":{{{exitCode}}},"ErrorMsg":""},
        "PreviousExecution":"","NextExecution":"","FollowupEvalID":"","Revision":4,"CreateTime":1,"ModifyTime":2}]}
        """;
}
