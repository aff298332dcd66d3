using System.Text;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>How a node gets the lists that all executions of a job's version read alike, and gives those that it has made.</summary>
public sealed class SharedListTests
{
    private readonly ListedInput input = new();

    [Fact]
    public async Task Hundred_executions_on_a_node_share_one_question_and_one_making()
    {
        await using var rig = await StartAsync();
        var making = new TaskCompletionSource();
        input.MadeAfter = making.Task;

        await rig.Orchestrator.SendAsync([.. Enumerable.Range(0, 100).Select(i => Run(rig, $"e-{i}"))]);
        making.SetResult();
        await rig.Orchestrator.WaitAsync(() => Enumerable.Range(0, 100).All(i => rig.Orchestrator.EndsOf($"e-{i}").Count > 0));

        Assert.Equal(Enumerable.Repeat(input.Content, 100), input.Read);
        Assert.Equal((1, 1), (input.Made, Lists(rig).Requests.Count));
    }

    [Fact]
    public async Task Progress_of_the_making_is_shown_for_all_that_wait()
    {
        await using var rig = await StartAsync();
        var (begun, making) = (new TaskCompletionSource(), new TaskCompletionSource());
        (input.BegunAfter, input.MadeAfter) = (begun.Task, making.Task);
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"));

        begun.SetResult();

        Assert.Equal(2, input.Shown.Count(shown => shown.Step == "listing"));
        making.SetResult();
    }

    [Fact]
    public async Task List_is_offered_in_pieces_and_asked_for_no_more()
    {
        await using var rig = await StartAsync();
        var found = input.Content = string.Concat(Enumerable.Range(0, 100_000));

        await CompleteAsync(rig, "e-1");
        input.Content = "something else by now";
        await CompleteAsync(rig, "e-2");

        Assert.Equal([found, found], input.Read);
        Assert.Equal(found, Encoding.UTF8.GetString(Lists(rig).Stored!));
        Assert.Equal((1, 1, 2), (input.Made, Lists(rig).Requests.Count, Lists(rig).Offers.Count));
        Assert.All(Lists(rig).Offers, offer => Assert.InRange(offer.Bytes.Length, 1, InputListLimits.PieceBytes));
    }

    [Fact]
    public async Task List_that_another_node_has_made_counts()
    {
        await using var rig = await StartAsync();
        Lists(rig).Stored = "what another node has found"u8.ToArray();

        await CompleteAsync(rig, "e-1");

        Assert.Equal(["what another node has found"], input.Read);
        Assert.Equal(0, input.Made);
    }

    [Fact]
    public async Task List_that_was_stored_while_this_node_made_its_own_counts()
    {
        await using var rig = await StartAsync();
        var making = new TaskCompletionSource();
        input.MadeAfter = making.Task;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));

        Lists(rig).Stored = "what another node has found first"u8.ToArray();
        making.SetResult();
        await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal(["what another node has found first"], input.Read);
        Assert.Single(Lists(rig).Offers);
    }

    [Fact]
    public async Task Executions_of_service_and_daemon_jobs_get_no_list()
    {
        await using var rig = await StartAsync();
        foreach (var type in (string[])["service", "daemon", "batch", "ops"])
        {
            await rig.Orchestrator.SendAsync(rig.Orchestrator.Run($"e-{type}", ListedInput.Task(), type: type));
            await rig.Orchestrator.EndOfAsync($"e-{type}");
        }

        Assert.Equal([null, null, input.Content, input.Content], input.Read);
    }

    [Fact]
    public async Task Node_that_is_told_to_ask_later_does_so()
    {
        await using var rig = await StartAsync();
        var answers = 0;
        Lists(rig).Instead = _ => ++answers < 4 ? new InputListAnswer { TryLater = true } : null;

        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        await rig.PassToEndOfAsync("e-1");

        Assert.Equal([input.Content], input.Read);
    }

    [Fact]
    public async Task Session_that_ends_amid_an_offer_makes_no_difference()
    {
        await using var rig = await StartAsync();
        input.Content = new string('x', 2 * InputListLimits.PieceBytes + 1);
        var offers = 0;
        Lists(rig).Instead = message =>
        {
            if (message is InputListOffer && ++offers == 2)
            {
                rig.Orchestrator.EndSession();
            }

            return message.Session == rig.Orchestrator.Session ? null : new InputListAnswer { TryLater = true };
        };

        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        await rig.PassToEndOfAsync("e-1");

        Assert.Equal([input.Content], input.Read);
        Assert.Equal((1, "s2"), (input.Made, Lists(rig).Offers[^1].Session));
    }

    [Fact]
    public async Task Restarted_node_asks_again()
    {
        await using var rig = await StartAsync();
        input.MadeAfter = new TaskCompletionSource().Task;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        await rig.CrashAsync();

        Lists(rig).Stored = "what another node has found"u8.ToArray();
        await rig.StartNodeAsync();
        await rig.PassToEndOfAsync("e-1");

        Assert.Equal(["what another node has found"], input.Read);
    }

    [Fact]
    public async Task Stop_of_the_execution_that_asked_first_leaves_the_others_their_list()
    {
        await using var rig = await StartAsync();
        var making = new TaskCompletionSource();
        input.MadeAfter = making.Task;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"));

        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"));
        var stopped = await rig.Orchestrator.EndOfAsync("e-1");
        making.SetResult();
        await rig.Orchestrator.EndOfAsync("e-2");

        Assert.Equal(ReportKind.Stopped, stopped.Kind);
        Assert.Equal([input.Content], input.Read);
        Assert.Equal(1, input.Made);
    }

    [Fact]
    public async Task Making_ends_with_the_last_execution_that_waits_for_it()
    {
        await using var rig = await StartAsync();
        input.MadeAfter = new TaskCompletionSource().Task;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"));
        await rig.Orchestrator.SendAsync(FakeOrchestrator.Stop("e-1"), FakeOrchestrator.Stop("e-2"));
        await rig.Orchestrator.EndOfAsync("e-1");
        await rig.Orchestrator.EndOfAsync("e-2");

        input.MadeAfter = Task.CompletedTask;
        await CompleteAsync(rig, "e-3");

        Assert.Equal(2, input.Made);
        Assert.Equal([input.Content], input.Read);
    }

    [Fact]
    public async Task Refusal_is_told_and_concerns_the_execution_that_was_refused()
    {
        await using var rig = await StartAsync();
        var answer = new TaskCompletionSource();
        input.MadeAfter = answer.Task;
        Lists(rig).Instead = message => message is InputListOffer { ExecutionId: "e-1" } ? new InputListAnswer { Refused = "execution e-1 is not assigned to this node" } : null;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"), Run(rig, "e-2"));

        answer.SetResult();
        var refused = await rig.Orchestrator.EndOfAsync("e-1");
        var other = await rig.Orchestrator.EndOfAsync("e-2");

        Assert.Equal((ReportKind.Failed, "Node:InputListRefused"), (refused.Kind, refused.Problem!.Code));
        Assert.Contains("execution e-1 is not assigned to this node", refused.Problem.Message, StringComparison.Ordinal);
        Assert.Equal(ReportKind.Completed, other.Kind);
    }

    [Fact]
    public async Task Damaged_list_fails_the_execution_and_is_not_kept()
    {
        await using var rig = await StartAsync();
        Lists(rig).Stored = "sound"u8.ToArray();
        Lists(rig).Instead = _ => new InputListAnswer { Digest = FakeInputLists.DigestOf([1]), Total = 1, Bytes = [2] };
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        var damaged = await rig.Orchestrator.EndOfAsync("e-1");

        Lists(rig).Instead = _ => null;
        await CompleteAsync(rig, "e-2");

        Assert.Equal("Node:InputListDamaged", damaged.Problem!.Code);
        Assert.Equal(["sound"], input.Read);
    }

    [Fact]
    public async Task List_that_is_too_large_is_not_offered()
    {
        await using var rig = await StartAsync();
        input.Content = new string('x', InputListLimits.MostBytes + 1);

        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        var end = await rig.Orchestrator.EndOfAsync("e-1");

        Assert.Equal("Node:InputListTooLarge", end.Problem!.Code);
        Assert.Empty(Lists(rig).Offers);
    }

    [Fact]
    public async Task Store_that_is_replaced_by_an_older_one_while_its_list_is_read_is_asked_from_the_beginning()
    {
        await using var rig = await StartAsync();
        Lists(rig).Stored = "of the store before its backup"u8.ToArray();
        Lists(rig).Instead = message =>
        {
            Lists(rig).Stored = Lists(rig).Requests.Count == 3 ? "of the backup, and longer than"u8.ToArray() : Lists(rig).Stored;
            return null;
        };

        await CompleteAsync(rig, "e-1");

        Assert.Equal(["of the backup, and longer than"], input.Read);
    }

    [Fact]
    public async Task List_counts_in_the_term_in_which_it_was_given()
    {
        await using var rig = await StartAsync();
        await CompleteAsync(rig, "e-1");

        (rig.Orchestrator.Term, Lists(rig).Stored) = (2, "of the next term"u8.ToArray());
        rig.Orchestrator.EndSession();
        await rig.PassUntilAsync(() => rig.Orchestrator.Session == "s2");
        await rig.PassUntilAsync(() => rig.Orchestrator.Lists.Count > 1);
        await CompleteAsync(rig, "e-2");

        Assert.Equal([input.Content, "of the next term"], input.Read);
    }

    [Fact]
    public async Task Orchestrator_that_is_heard_but_does_not_know_the_question_fails_the_execution_after_two_minutes()
    {
        await using var rig = await StartAsync();
        Lists(rig).IsKnown = false;

        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));
        await rig.PassUntilAsync(() => rig.Orchestrator.EndsOf("e-1").Count > 0, stepMillis: 500);
        var end = rig.Orchestrator.EndsOf("e-1")[0];

        Assert.Equal((ReportKind.Failed, "Node:InputListNotAnswered"), (end.Kind, end.Problem!.Code));
        Assert.Equal(0, input.Made);
    }

    [Fact]
    public async Task While_the_orchestrator_is_not_heard_the_execution_waits()
    {
        await using var rig = await StartAsync();
        Lists(rig).IsKnown = false;
        await rig.Orchestrator.SendAsync(Run(rig, "e-1"));

        rig.Orchestrator.IsSilent = true;
        var silentSince = rig.Clock.GetUtcNow();
        await rig.PassUntilAsync(() => rig.Clock.GetUtcNow() - silentSince > TimeSpan.FromMinutes(12), stepMillis: 500);
        Assert.Empty(rig.Orchestrator.EndsOf("e-1"));
        (rig.Orchestrator.IsSilent, Lists(rig).IsKnown) = (false, true);
        var end = await rig.PassToEndOfAsync("e-1");

        Assert.Equal(ReportKind.Completed, end.Kind);
        Assert.Equal([input.Content], input.Read);
    }

    private Task<NodeRig> StartAsync() => NodeRig.StartAsync(change: rig => rig.InputSources = [input]);

    private static FakeInputLists Lists(NodeRig rig) => rig.Orchestrator.InputLists;

    private static Instruction Run(NodeRig rig, string execution) => rig.Orchestrator.Run(execution, ListedInput.Task(), new(1, 1000, 0, 0));

    private static async Task CompleteAsync(NodeRig rig, string execution)
    {
        await rig.Orchestrator.SendAsync(Run(rig, execution));
        Assert.Equal(ReportKind.Completed, (await rig.Orchestrator.EndOfAsync(execution)).Kind);
    }
}
