using Bacalhau.Core;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Tests.Messaging;

public sealed class HoldingListsTests
{
    private static readonly NodeId Node = new("n-1");
    private readonly HoldingLists lists = new();

    [Fact]
    public void List_is_whole_when_all_pieces_are_there()
    {
        Assert.Null(Add(0, "e-1"));
        Assert.Null(Add(1, "e-2"));

        Assert.Equal(["e-1", "e-2", "e-3"], Add(2, "e-3", isLast: true)!);
    }

    [Fact]
    public void Pieces_may_come_in_any_order_and_twice()
    {
        Assert.Null(Add(2, "e-3", isLast: true));
        Assert.Null(Add(0, "e-1"));
        Assert.Null(Add(0, "e-1"));

        Assert.Equal(["e-1", "e-2", "e-3"], Add(1, "e-2")!);
    }

    [Fact]
    public void Piece_of_an_older_list_is_not_mixed_in()
    {
        Add(0, "e-old", number: 1);

        Assert.Null(Add(1, "e-2", isLast: true, number: 2));
    }

    [Fact]
    public void Piece_of_an_older_session_is_not_mixed_in()
    {
        Add(0, "e-old", session: "s0");

        Assert.Null(Add(1, "e-2", isLast: true, session: "s1"));
    }

    [Fact]
    public void List_without_end_is_dropped()
    {
        var many = Enumerable.Range(0, HoldingLists.MaxItems + 1).Select(n => new Holding { ExecutionId = $"e-{n}" }).ToArray();

        Assert.Null(lists.Add(Node, new HoldingList { Session = "s", IsLast = true, Items = many }));
    }

    [Fact]
    public void Piece_that_comes_again_after_its_list_was_whole_is_in_the_way_of_no_later_list()
    {
        Add(0, "e-1");
        Add(1, "e-2", isLast: true);
        Assert.Null(Add(1, "e-2", isLast: true));

        Assert.Equal(["e-1"], Add(0, "e-1", isLast: true, number: 2)!);
        Add(0, "e-3", number: 4);
        Assert.Null(Add(1, "e-old", isLast: true, number: 3));
        Assert.Equal(["e-3", "e-4"], Add(1, "e-4", isLast: true, number: 4)!);
    }

    private IEnumerable<string>? Add(int piece, string execution, bool isLast = false, long number = 1, string session = "s") => lists.Add(
        Node,
        new HoldingList { Session = session, Piece = piece, IsLast = isLast, Number = number, Items = [new Holding { ExecutionId = execution }] })
        ?.Keys.Select(id => id.Value);
}
