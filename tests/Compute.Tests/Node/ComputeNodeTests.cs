using System.Text;
using Bacalhau.Compute.Executions;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

public sealed class ComputeNodeTests
{
    [Fact]
    public async Task Execution_runs_to_its_report_and_is_forgotten()
    {
        await using var rig = await NodeRig.StartAsync();

        var ack = await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(output: "hello\n", exitCode: 3)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.True(ack!.Applied);
        Assert.Equal((ReportKind.Completed, 3, "hello\n"), (end.Kind, end.Output!.ExitCode, Encoding.UTF8.GetString(end.Output.Stdout)));
        Assert.NotEmpty(end.LogTail);

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));
        Assert.Empty(rig.Store.Current.Held);
        Assert.Empty(rig.Machine.Processes);
        Assert.Empty(rig.Workspace.Folders);
        Assert.Empty(rig.Workspace.Specs);
    }

    [Fact]
    public async Task Execution_costs_the_node_four_row_writes()
    {
        await using var rig = await NodeRig.StartAsync();
        var before = rig.Store.RowWrites;

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task()));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));

        Assert.Equal(4, rig.Store.RowWrites - before);
    }

    [Fact]
    public async Task Execution_with_a_publisher_costs_the_node_five_row_writes()
    {
        await using var rig = await NodeRig.StartAsync();
        var before = rig.Store.RowWrites;

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"));

        Assert.Equal(5, rig.Store.RowWrites - before);
    }

    [Fact]
    public async Task Spec_is_asked_for_once_in_pieces_for_all_executions_of_a_job()
    {
        await using var rig = await NodeRig.StartAsync();
        var task = NodeRig.Task(output: "x");

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", task), rig.Orchestrator.Run("e-2", task), rig.Orchestrator.Run("e-3", task));
        await rig.Orchestrator.EndOfAsync("e-3");

        var offsets = rig.Orchestrator.SpecRequests.Select(request => request.Offset).ToList();
        Assert.True(offsets.Count > 1);
        Assert.Equal(offsets.Distinct().Order(), offsets);
    }

    [Fact]
    public async Task Running_is_reported_only_if_it_lasts()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("short", NodeRig.Task(runForMillis: 200)), rig.Orchestrator.Run("long", NodeRig.Task(runForMillis: 300)));

        rig.Pass(TimeSpan.FromMilliseconds(400));
        await rig.Orchestrator.EndOfAsync("long");

        Assert.Equal(
            ["long"],
            rig.Orchestrator.Reports.Where(report => report is { Kind: ReportKind.Running, Phase: ExecutionPhase.Running }).Select(report => report.ExecutionId));
    }

    [Fact]
    public async Task Failed_program_is_reported_with_its_problem_and_its_event()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(failAt: "Run")));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Fake:Crash", 134), (end.Kind, end.Problem!.Code, end.Output!.ExitCode));
        var told = Assert.Single(end.Events);
        Assert.Equal(("Running Execution", "true", "Fake:Crash"), (told.Topic, told.Details!["IsError"], told.Details["ErrorCode"]));
    }

    [Fact]
    public async Task Preparation_that_fails_is_an_attempt()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(failAt: "Prepare")));

        Assert.Equal(ReportKind.Failed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    [Theory]
    [InlineData("Refusal", false)]
    [InlineData("Nowhere", true)]
    public async Task What_can_never_run_here_is_refused_before_the_start(string failAt, bool hasUnknownPublisher)
    {
        await using var rig = await NodeRig.StartAsync();
        var task = NodeRig.Task(failAt: failAt);

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", hasUnknownPublisher ? task with { Publisher = new SpecConfig { Type = "s3" } } : task));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Refused, "Exec Scanning"), (end.Kind, Assert.Single(end.Events).Topic));
        Assert.Null(end.Output);
        Assert.Empty(rig.Machine.Processes);
    }

    [Fact]
    public async Task Host_network_is_refused_where_it_is_not_allowed()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task() with { Network = new NetworkConfig { Type = NetworkType.Host } }));

        Assert.Equal("Network:HostNotAllowed", (await rig.Orchestrator.EndOfAsync("e-1")).Problem!.Code);
    }

    [Theory]
    [InlineData("env:ALLOWED_A", ReportKind.Completed)]
    [InlineData("env:SECRET", ReportKind.Refused)]
    [InlineData("env:ALLOWED_MISSING", ReportKind.Refused)]
    public async Task Variable_of_the_node_is_given_only_if_it_is_allowed_and_set(string value, ReportKind expected)
    {
        var variables = new Dictionary<string, string> { ["ALLOWED_A"] = "a", ["SECRET"] = "s" };
        await using var rig = await NodeRig.StartAsync(change: rig => rig.HostVariables = new HostVariables(["ALLOWED_.*"], name => variables.GetValueOrDefault(name)));

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task() with { Env = TextMap.Empty.Add("A", value) }));

        Assert.Equal(expected, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
    }

    [Fact]
    public async Task Time_limit_ends_the_program_and_shows_no_exit_code_0()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 60_000, timeout: 12)));

        rig.Pass(TimeSpan.FromSeconds(11));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        rig.Pass(TimeSpan.FromSeconds(2));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, true), (end.Kind, end.TimedOut));
        Assert.NotEqual(0, end.Output!.ExitCode);
        Assert.Equal("Running Execution", Assert.Single(end.Events).Topic);
        Assert.Contains("12 s", end.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exit_code_is_a_failure_where_the_task_says_so()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(exitCode: 7) with { FailOnNonZeroExit = true }));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, 7), (end.Kind, end.Output!.ExitCode));
    }

    [Fact]
    public async Task Without_room_an_execution_with_reserved_room_is_given_back()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000), NodeRig.Capacity));

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-2", NodeRig.Task()));

        Assert.Equal(ReportKind.NoRoom, (await rig.Orchestrator.EndOfAsync("e-2")).Kind);
    }

    [Fact]
    public async Task Line_starts_from_its_head_only_and_never_beyond_the_capacity()
    {
        await using var rig = await NodeRig.StartAsync();
        var half = new ResourceAmount(600, 0, 0, 0);
        var little = new ResourceAmount(100, 0, 0, 0);
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000), half),
            rig.Orchestrator.Run("e-2", NodeRig.Task(runForMillis: 1000), half, inLine: true),
            rig.Orchestrator.Run("e-3", NodeRig.Task(runForMillis: 1000), little, inLine: true));

        Assert.Equal(["e-1"], rig.Machine.Processes.Keys.Select(id => id.Value));
        rig.Pass(TimeSpan.FromSeconds(1));
        await rig.Orchestrator.EndOfAsync("e-1");
        Assert.Equal(["e-2", "e-3"], rig.Machine.Processes.Keys.Select(id => id.Value));
        Assert.Equal(half + little, rig.Node.Used);
    }

    [Fact]
    public async Task Execution_in_line_that_is_stopped_lets_the_next_one_through()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 10_000), new ResourceAmount(600, 0, 0, 0)),
            rig.Orchestrator.Run("e-2", NodeRig.Task(), new ResourceAmount(600, 0, 0, 0), inLine: true),
            rig.Orchestrator.Run("e-3", NodeRig.Task(), new ResourceAmount(400, 0, 0, 0), inLine: true));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-2"));

        Assert.Equal(ReportKind.Stopped, (await rig.Orchestrator.EndOfAsync("e-2")).Kind);
        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-3")).Kind);
    }

    [Fact]
    public async Task Log_is_read_while_it_is_written()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(runForMillis: 1000, output: "first\n")));

        var now = await rig.Orchestrator.ReadLogAsync(new LogRequest { ExecutionId = "e-1" });
        var waiting = rig.Orchestrator.ReadLogAsync(new LogRequest { ExecutionId = "e-1", Position = now!.Next, WaitMillis = 5000 });
        Assert.False(waiting.IsCompleted);
        rig.Pass(TimeSpan.FromSeconds(1));
        var rest = await waiting.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.NotEmpty(now.Bytes);
        Assert.Equal((0, true), (rest!.Bytes.Length, rest.IsEnd));
    }

    [Fact]
    public async Task Log_of_an_unknown_execution_is_refused_with_words()
    {
        await using var rig = await NodeRig.StartAsync();

        Assert.Contains("no log", (await rig.Orchestrator.ReadLogAsync(new LogRequest { ExecutionId = "e-9" }))!.Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_that_is_longer_than_what_was_reported_stays_for_its_readers()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(
            rig.Orchestrator.Run("e-1", NodeRig.Task(output: new string('x', 200_000))), rig.Orchestrator.Run("e-2", NodeRig.Task(output: "short")));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.EndOfAsync("e-2");

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1"), FakeOrchestrator.Forget("e-2"));

        var piece = await rig.Orchestrator.ReadLogAsync(new LogRequest { ExecutionId = "e-1" });
        Assert.True(piece!.Bytes.Length > 190_000);
        Assert.NotEmpty((await rig.Orchestrator.ReadLogAsync(new LogRequest { ExecutionId = "e-2" }))!.Refused);
        rig.Clock.Advance(TimeSpan.FromHours(24));
        rig.Pass(TimeSpan.FromSeconds(61));
        Assert.Empty(rig.Workspace.Folders);
    }
}
