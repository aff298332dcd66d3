using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Orchestrator.Tests.State;
using Bacalhau.Protocol.Messages;
using static Bacalhau.Orchestrator.Tests.Messaging.MessagingWorld;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>What inputs are made of: asked for, offered, stored once for each version of a job.</summary>
public sealed class InputListTests
{
    [Fact]
    public async Task First_whole_offer_counts_and_is_given_to_all_in_pieces()
    {
        await using var world = await StartAsync();
        var (node, other, executions) = await BeginAsync(world);
        var (first, second) = (RandomBytes(600_000, 1), RandomBytes(300_000, 2));

        var none = await node.AskListAsync(executions[0]);
        var stored = await node.OfferAsync(executions[0], first);
        var late = await other.OfferAsync(executions[1], second);

        Assert.Equal(("", 0, false, ""), (none!.Digest, none.Bytes.Length, none.TryLater, none.Refused));
        Assert.Equal(ScriptedNode.Offer("", first, 0).Digest, stored.Digest);
        Assert.Equal((stored.Digest, first.Length), (late.Digest, late.Total));
        Assert.Equal(first, await ReadAsync(other, executions[1]));
        Assert.Equal(1, Count(world));
    }

    [Fact]
    public async Task List_is_still_given_after_a_restart()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var list = RandomBytes(1000, 1);
        await node.OfferAsync(executions[0], list);

        await world.RestartAsync();
        await node.BeginAsync(new Holding { ExecutionId = executions[0] });

        Assert.Equal(list, await ReadAsync(node, executions[0]));
    }

    [Fact]
    public async Task Offer_that_a_restart_breaks_off_begins_anew()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var list = RandomBytes(300_000, 1);
        var half = await node.OfferPieceAsync(ScriptedNode.Offer(executions[0], list, 0));

        await world.RestartAsync();
        await node.BeginAsync(new Holding { ExecutionId = executions[0] });
        var next = await node.OfferPieceAsync(ScriptedNode.Offer(executions[0], list, 100_000));

        Assert.Equal((100_000, 0), (half!.Next, next!.Next));
        Assert.Equal("", (await node.AskListAsync(executions[0]))!.Digest);
        Assert.NotEmpty((await node.OfferAsync(executions[0], list)).Digest);
    }

    [Fact]
    public async Task Doubled_and_reordered_pieces_are_put_together_once()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var list = RandomBytes(250_000, 1);
        var places = new List<long>();
        foreach (var offset in (int[])[100_000, 0, 0, 200_000, 100_000, 0])
        {
            places.Add((await node.OfferPieceAsync(ScriptedNode.Offer(executions[0], list, offset)))!.Next);
        }

        await node.OfferPieceAsync(ScriptedNode.Offer(executions[0], list, 200_000));

        Assert.Equal([0, 100_000, 100_000, 100_000, 200_000, 200_000], places);
        Assert.Equal(list, await ReadAsync(node, executions[0]));
    }

    [Fact]
    public async Task Nodes_without_an_execution_of_the_version_are_neither_answered_nor_heard()
    {
        await using var world = await StartAsync();
        var (node, other, executions) = await BeginAsync(world);

        var asked = await other.AskListAsync(executions[0]);
        var offered = await other.OfferAsync(executions[0], RandomBytes(10, 1));
        var unknown = await node.AskListAsync("e-unknown");

        Assert.Equal($"execution {executions[0]} is not assigned to this node", asked!.Refused);
        Assert.Equal($"execution {executions[0]} is not assigned to this node", offered.Refused);
        Assert.Equal("execution e-unknown is not assigned to this node", unknown!.Refused);
        Assert.Equal(0, Count(world));
    }

    [Theory]
    [InlineData(0, 0, "it has 0 bytes")]
    [InlineData(InputListLimits.MostBytes + 1, 10, "it has 16777217 bytes")]
    [InlineData(300_000, 300_000, "in pieces of 300000")]
    [InlineData(10, 11, "its bytes are not those that its digest announces")]
    [InlineData(10, 10, "its bytes are not those that its digest announces")]
    public async Task What_cannot_be_a_list_is_refused_with_words(int total, int bytes, string reason)
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var piece = new InputListOffer { ExecutionId = executions[0], List = "0/0", Digest = "00", Total = total, Bytes = new byte[bytes] };

        var answer = await node.OfferPieceAsync(piece);

        Assert.Contains(reason, answer!.Refused, StringComparison.Ordinal);
        Assert.NotEmpty((await node.OfferAsync(executions[0], RandomBytes(10, 1))).Digest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public async Task Names_of_lists_are_short_and_plain(string name)
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);

        Assert.StartsWith("a list of an input has a name", (await node.AskListAsync(executions[0], list: name))!.Refused, StringComparison.Ordinal);
        Assert.StartsWith("a list of an input has a name", (await node.OfferAsync(executions[0], [1], name)).Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_of_a_version_are_bounded_together()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        for (var i = 0; i < 4; i++)
        {
            Assert.NotEmpty((await node.OfferAsync(executions[0], RandomBytes(InputListLimits.MostBytes - 4096, i), $"0/{i}", InputListLimits.PieceBytes)).Digest);
        }

        var answer = await node.OfferAsync(executions[0], [1], "0/4");

        Assert.Contains("at most 67108864 bytes together", answer.Refused, StringComparison.Ordinal);
        Assert.Equal(4, Count(world));
    }

    [Fact]
    public async Task Of_nodes_that_ask_at_once_one_makes_the_list_and_after_a_while_another_may()
    {
        await using var world = await StartAsync();
        var (node, other, executions) = await BeginAsync(world);

        var first = await node.AskListAsync(executions[0]);
        var again = await node.AskListAsync(executions[0]);
        var second = await other.AskListAsync(executions[1]);
        world.Clock.Advance(ListTurns.Length);
        var later = await other.AskListAsync(executions[1]);
        var late = await node.AskListAsync(executions[0]);

        Assert.Equal([false, false, true, false, true], new[] { first!, again!, second!, later!, late! }.Select(answer => answer.TryLater));
    }

    [Fact]
    public async Task Message_of_a_session_that_is_over_is_to_be_said_again_later()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var twin = world.Process();

        Assert.True((await twin.AskListAsync(executions[0]))!.TryLater);
        Assert.True((await twin.OfferAsync(executions[0], [1])).TryLater);
        Assert.False((await node.AskListAsync(executions[0]))!.TryLater);
    }

    [Fact]
    public async Task Full_disk_takes_no_list_and_says_later()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world);
        var list = RandomBytes(1000, 1);

        world.Store.Writer.Store.Execute("PRAGMA max_page_count = 1");
        var full = await node.OfferAsync(executions[0], RandomBytes(1_000_000, 1));
        world.Store.Writer.Store.Execute("PRAGMA max_page_count = 1000000");

        Assert.True(full.TryLater);
        Assert.NotEmpty((await node.OfferAsync(executions[0], list)).Digest);
        Assert.Equal(list, await ReadAsync(node, executions[0]));
    }

    [Fact]
    public async Task Lists_go_with_their_job()
    {
        await using var world = await StartAsync();
        var (node, _, executions) = await BeginAsync(world, count: 1);
        await node.OfferAsync(executions[0], RandomBytes(1000, 1));
        var execution = world.Snapshot.Executions.Values.Single();
        await world.Store.RunAsync(context =>
        {
            SampleJobs.Complete(context, execution.Id, new ExecutionEnd(null, null, []));
            context.Draft.Remove(execution.Id);
        });

        Assert.Equal(1, Count(world));
        while (await world.Store.Writer.RunAsync(new DeleteJob(execution.Job), default))
        {
        }

        Assert.Equal(0, Count(world));
    }

    private static async Task<(ScriptedNode First, ScriptedNode Second, string[] Executions)> BeginAsync(MessagingWorld world, int count = 2)
    {
        var job = await world.Store.SubmitAsync("job", submission: new JobSubmission { Job = default, Spec = SampleJobs.SpecOf("job", count) });
        var executions = new List<string>();
        for (var partition = 0; partition < count; partition++)
        {
            var node = $"n-{partition + 1}";
            executions.Add((await world.Store.RunAsync(context => SampleJobs.Place(context, job.Id, partition, node))).Id.Value);
        }

        return (await world.Process().BeginAsync(), await world.Process("boot-2", "n-2").BeginAsync(), [.. executions]);
    }

    private static async Task<byte[]> ReadAsync(ScriptedNode node, string execution)
    {
        var read = new List<byte>();
        while (true)
        {
            var answer = (await node.AskListAsync(execution, read.Count))!;
            Assert.Equal(("", false), (answer.Refused, answer.TryLater));
            Assert.InRange(answer.Bytes.Length, 1, InputListLimits.PieceBytes);
            read.AddRange(answer.Bytes);
            Assert.Equal(read.Count, answer.Next);
            if (read.Count == answer.Total)
            {
                return [.. read];
            }
        }
    }

    private static byte[] RandomBytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static long Count(MessagingWorld world)
    {
        using var statement = new SqliteStatement(world.Store.Writer.Store.Connection, "SELECT COUNT(*) FROM input_lists");
        return statement.Number();
    }
}
