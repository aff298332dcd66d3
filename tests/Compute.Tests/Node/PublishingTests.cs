using Bacalhau.Compute.Engines;
using Bacalhau.Core;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Nodes;

namespace Bacalhau.Compute.Tests.Node;

public sealed class PublishingTests
{
    private static readonly ExecutionId _first = new("e-1");

    [Fact]
    public async Task What_a_publisher_leaves_out_is_told_in_the_report_of_the_end()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal(["attempt 1 left something out"], end.Events.Where(e => e.Topic == "Publishing Results").Select(e => e.Message));
    }

    [Fact]
    public async Task Result_is_published_under_a_grant_and_told_with_the_end()
    {
        await using var rig = await NodeRig.StartAsync();

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal("fake", end.PublishedResult!.Type);
        Assert.Single(rig.Orchestrator.GrantRequests);
        Assert.Equal([_first], rig.Publisher.Published);
    }

    [Fact]
    public async Task Nothing_is_published_without_a_grant()
    {
        await using var rig = await NodeRig.StartAsync();
        rig.Orchestrator.Granting = _ => new GrantAnswer { Reason = "another execution has its partition" };

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal(ReportKind.Stopped, end.Kind);
        Assert.Contains("another execution", end.Output!.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, rig.Publisher.Attempts);
    }

    [Fact]
    public async Task Grant_is_asked_for_until_the_orchestrator_decides()
    {
        await using var rig = await NodeRig.StartAsync();
        var asked = 0;
        rig.Orchestrator.Granting = _ => ++asked < 3 ? new GrantAnswer { TryLater = true } : new GrantAnswer { Granted = true, GrantMillis = 60_000 };

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));

        Assert.Equal(ReportKind.Completed, (await rig.PassToEndOfAsync("e-1")).Kind);
    }

    [Fact]
    public async Task Grant_is_renewed_while_bytes_flow()
    {
        var uploaded = new TaskCompletionSource();
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, cancellation) => uploaded.Task.WaitAsync(cancellation)));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));

        rig.Pass(TimeSpan.FromSeconds(130));
        uploaded.SetResult();

        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-1")).Kind);
        Assert.True(rig.Orchestrator.GrantRequests.Count(request => request.IsRenewal) >= 5);
        Assert.Equal(1, rig.Publisher.Attempts);
    }

    [Fact]
    public async Task Grant_that_cannot_be_renewed_is_given_up_at_nine_tenths_of_its_time()
    {
        var uploaded = new TaskCompletionSource();
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, cancellation) => uploaded.Task.WaitAsync(cancellation)));
        rig.Orchestrator.Granting = request => request.IsRenewal ? null : new GrantAnswer { Granted = true, GrantMillis = 60_000 };
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));

        rig.Pass(TimeSpan.FromSeconds(53));
        Assert.Equal(1, rig.Publisher.Attempts);
        rig.Orchestrator.Granting = request => request.IsRenewal ? null : new GrantAnswer { Reason = "the job has ended" };

        Assert.Equal(ReportKind.Stopped, (await rig.PassToEndOfAsync("e-1")).Kind);
        Assert.Empty(rig.Publisher.Published);
    }

    [Fact]
    public async Task Failed_publish_is_tried_again_without_running_the_program_again()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher(
            (attempt, _) => attempt < 3 ? throw new IOException("the target is away") : Task.CompletedTask));

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true, output: "once\n")));
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Completed, "once\n"), (end.Kind, System.Text.Encoding.UTF8.GetString(end.Output!.Stdout)));
        Assert.Equal(3, rig.Publisher.Attempts);
    }

    [Theory]
    [InlineData(0, 600)]
    [InlineData(30, 30)]
    public async Task Publish_that_takes_too_long_fails_the_execution(long asked, int seconds)
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, cancellation) => Task.Delay(-1, cancellation)));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true) with { Timeouts = new TimeoutConfig { PublishTimeout = asked } }));

        rig.Pass(TimeSpan.FromSeconds(seconds - 1));
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Node:PublishTimeout"), (end.Kind, end.Problem!.Code));
    }

    [Fact]
    public async Task Publish_that_goes_on_failing_fails_the_execution_with_its_reason()
    {
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher(
            (_, _) => throw new EngineException(new ExecutionProblem("Fake:Away", "the target is away"), isRefusal: false)));

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Failed, "Publishing Results"), (end.Kind, Assert.Single(end.Events).Topic));
        Assert.NotEqual(0, end.Output!.ExitCode);
    }

    [Fact]
    public async Task Node_that_crashed_while_publishing_publishes_without_running_again()
    {
        await using var rig = await NodeRig.StartAsync(outlivesNode: false, change: rig => rig.Publisher = new FakePublisher((_, cancellation) => Task.Delay(-1, cancellation)));
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true, exitCode: 4, output: "once\n")));
        Assert.Equal(1, rig.Publisher.Attempts);
        await rig.CrashAsync();
        rig.Publisher = new FakePublisher();

        await rig.StartNodeAsync();
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal((ReportKind.Completed, 4), (end.Kind, end.Output!.ExitCode));
        Assert.Equal(1, rig.Workspace.ResultsOf(_first)!.TimesCreated);
    }

    [Fact]
    public async Task Result_that_was_not_accepted_is_withdrawn()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)), rig.Orchestrator.Run("e-2", NodeRig.Task(publishes: true)));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.EndOfAsync("e-2");

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1", accepted: false), FakeOrchestrator.Forget("e-2", accepted: true));

        Assert.Equal(["e-2"], rig.Publisher.Published.Select(id => id.Value));
    }

    [Fact]
    public async Task Withdrawal_that_a_crash_interrupts_is_made_up_for_by_the_next_start()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        await rig.Orchestrator.EndOfAsync("e-1");
        rig.Publisher.WithdrawAfter = new TaskCompletionSource().Task;
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1", accepted: false));
        await rig.CrashAsync();
        Assert.Equal([_first], rig.Publisher.Published);

        rig.Publisher.WithdrawAfter = Task.CompletedTask;
        await rig.StartNodeAsync();

        Assert.Empty(rig.Orchestrator.Lists[^1].Items);
        Assert.Empty(rig.Publisher.Published);
        Assert.Null(rig.Store.Current.Find(_first));
        Assert.Single(rig.Orchestrator.EndsOf("e-1"));
    }

    [Fact]
    public async Task Withdrawal_that_fails_is_tried_again()
    {
        await using var rig = await NodeRig.StartAsync();
        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)));
        await rig.Orchestrator.EndOfAsync("e-1");
        rig.Publisher.WithdrawAfter = Task.FromException(new IOException("the target is away"));
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Forget("e-1", accepted: false));
        Assert.Equal([_first], rig.Publisher.Published);

        rig.Publisher.WithdrawAfter = Task.CompletedTask;
        await rig.PassUntilAsync(() => rig.Publisher.Published.Count == 0);

        Assert.Null(rig.Store.Current.Find(_first));
    }

    [Fact]
    public async Task Failed_run_is_published_only_where_the_task_wants_that()
    {
        await using var rig = await NodeRig.StartAsync();
        var task = NodeRig.Task(failAt: "Run", publishes: true);

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", task), rig.Orchestrator.Run("e-2", task with { PublishOn = "always" }));
        await rig.Orchestrator.EndOfAsync("e-1");
        var end = await rig.Orchestrator.EndOfAsync("e-2");

        Assert.Equal(ReportKind.Failed, end.Kind);
        Assert.Equal(["e-2"], rig.Publisher.Published.Select(id => id.Value));
    }

    [Fact]
    public async Task Text_too_long_for_a_message_is_cut_and_keeps_no_other_report_back()
    {
        var text = new string('\u00e9', 1_000_000);
        var problem = new ExecutionProblem("Fake:Failed", text, text) { Details = TextMap.Empty.Add("Output", text) };
        await using var rig = await NodeRig.StartAsync(change: rig => rig.Publisher = new FakePublisher((_, _) => throw new EngineException(problem, isRefusal: true)));

        await rig.Orchestrator.SendAsync(rig.Orchestrator.Run("e-1", NodeRig.Task(publishes: true)), rig.Orchestrator.Run("e-2", NodeRig.Task()));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal("Fake:Failed", end.Problem!.Code);
        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync("e-2")).Kind);
    }
}
