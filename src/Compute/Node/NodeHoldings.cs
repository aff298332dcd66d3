using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Store;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Node;

/// <summary>What the node says of the executions it holds.</summary>
internal sealed class NodeHoldings(NodeStore store, ReportOutbox outbox, Line line)
{
    private const int MostInPiece = 1000;
    private long lists;

    /// <summary>All of them, in pieces, at least one.</summary>
    public IEnumerable<HoldingList> List(long appliedBatch)
    {
        var list = Interlocked.Increment(ref lists);
        var pieces = Held.Select(Describe).Chunk(MostInPiece).DefaultIfEmpty([]).ToList();
        return pieces.Select((items, number) =>
            new HoldingList { Number = list, Piece = number, IsLast = number == pieces.Count - 1, AppliedBatch = appliedBatch, Items = items });
    }

    /// <summary>The hash by which both sides notice that they disagree.</summary>
    public string Hash() =>
        HoldingHash.Of(Held.Select(held => (held.ExecutionId, held.AskRevision, RevisionOf(held))));

    private IEnumerable<HeldExecution> Held => store.Current.Held.Values.Where(held => !held.IsForgotten);

    private Holding Describe(HeldExecution held) => new()
    {
        ExecutionId = held.ExecutionId,
        JobId = held.Assignment?.JobId ?? "",
        AskRevision = held.AskRevision,
        ReportRevision = RevisionOf(held),
        IsEnded = held.IsEnded,
        TakesRoom = !held.IsEnded && (held.Assignment is { InLine: false } || line.IsInside(held.Id) || held.Phase != HeldPhase.Accepted),
        Amount = held.Assignment?.Amount ?? default,
        Order = held.Assignment?.Order ?? 0,
        Term = held.Assignment?.Term ?? 0,
    };

    private long RevisionOf(HeldExecution held) => held.IsEnded ? held.End?.ReportRevision ?? ReportOutbox.EndRevision : outbox.RevisionOf(held.Id);
}
