using Bacalhau.Core;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>How much of offered lists is held in memory, and how long.</summary>
public sealed class OfferedListsTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly OfferedLists offers;

    public OfferedListsTests() => offers = new OfferedLists(clock);

    [Fact]
    public void Room_is_bounded_for_each_node_and_for_all()
    {
        var nodes = (int)(OfferedLists.MostBytes / OfferedLists.MostBytesOfNode);
        for (var node = 0; node < nodes; node++)
        {
            Assert.IsType<OfferStep.More>(Begin(node, "0/0"));
            Assert.IsType<OfferStep.More>(Begin(node, "0/1"));
            Assert.IsType<OfferStep.NoRoom>(Begin(node, "0/2"));
        }

        Assert.IsType<OfferStep.NoRoom>(Begin(nodes, "0/0"));
    }

    [Fact]
    public void Many_small_offers_of_one_node_have_no_room_either()
    {
        var begun = Enumerable.Range(0, 1000).Count(i => Begin(1, $"0/{i}", total: 2) is OfferStep.More);

        Assert.Equal(OfferedLists.MostBytesOfNode / InputListLimits.PieceBytes, begun);
    }

    [Fact]
    public void Offer_that_nobody_goes_on_with_makes_room_after_a_minute()
    {
        Begin(1, "0/0");
        Begin(1, "0/1");
        clock.Advance(OfferedLists.Patience / 2);
        Assert.Equal(new OfferStep.More(2), Begin(1, "0/1", offset: 1));
        clock.Advance(OfferedLists.Patience / 2 + TimeSpan.FromSeconds(1));

        Assert.IsType<OfferStep.More>(Begin(1, "0/2"));
        Assert.IsType<OfferStep.NoRoom>(Begin(1, "0/3"));
        Assert.Equal(new OfferStep.More(3), Begin(1, "0/1", offset: 2));
        Assert.Equal(new OfferStep.More(0), Begin(1, "0/0", offset: 1));
    }

    [Fact]
    public void Node_that_offers_another_list_begins_anew()
    {
        Begin(1, "0/0");
        Begin(1, "0/0", offset: 1);

        Assert.Equal(new OfferStep.More(0), Begin(1, "0/0", offset: 2, digest: "other"));
        Assert.Equal(new OfferStep.More(1), Begin(1, "0/0", digest: "other"));
    }

    private OfferStep Begin(int node, string list, int offset = 0, string digest = "one", int total = InputListLimits.MostBytes) => offers.Add(
        new NodeId($"n-{node}"), new InputListKey(new JobId("j-1"), 1, list), new InputListOffer { Digest = digest, Total = total, Offset = offset, Bytes = [1] });
}
