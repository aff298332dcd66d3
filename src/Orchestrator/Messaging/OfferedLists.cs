using System.Security.Cryptography;
using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>What became of a piece of an offered list.</summary>
internal abstract record OfferStep
{
    /// <summary>It is no list that could be taken.</summary>
    public sealed record Refused(string Reason) : OfferStep;

    /// <summary>There is no room for it now.</summary>
    public sealed record NoRoom : OfferStep;

    /// <summary>More is wanted, from here on.</summary>
    public sealed record More(long Next) : OfferStep;

    /// <summary>All of it is here.</summary>
    public sealed record Whole(InputList List) : OfferStep;
}

/// <summary>
/// Puts the pieces of offered lists together. Room for the whole list is set aside with its first piece, so that what was begun can be ended; who does not go on is forgotten
/// after a minute.
/// </summary>
internal sealed class OfferedLists(TimeProvider clock)
{
    /// <summary>Most bytes of all unfinished offers.</summary>
    public const long MostBytes = 128 * 1024 * 1024;

    /// <summary>Most bytes of those of one node.</summary>
    public const long MostBytesOfNode = 2 * InputListLimits.MostBytes;

    /// <summary>How long an offer is kept that is not gone on with.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(NodeId Node, InputListKey Key), Unfinished> unfinished = [];

    /// <summary>Adds a piece.</summary>
    public OfferStep Add(NodeId node, InputListKey key, InputListOffer piece)
    {
        if (piece.Total is <= 0 or > InputListLimits.MostBytes || piece.Bytes.Length > InputListLimits.PieceBytes)
        {
            return new OfferStep.Refused($"it has {piece.Total} bytes, in pieces of {piece.Bytes.Length}: at most {InputListLimits.MostBytes} in pieces of {InputListLimits.PieceBytes} can be kept");
        }

        lock (gate)
        {
            var offer = Find(node, key, piece);
            if (offer is null && piece.Offset != 0)
            {
                return new OfferStep.More(0);
            }

            if (offer is null && !HasRoom(node, piece.Total))
            {
                return new OfferStep.NoRoom();
            }

            offer ??= unfinished[(node, key)] = new Unfinished(piece.Digest, piece.Total);
            offer.HeardAt = clock.GetTimestamp();
            if (piece.Offset == offer.Bytes.Length)
            {
                offer.Bytes.Write(piece.Bytes);
            }

            if (offer.Bytes.Length < offer.Total)
            {
                return new OfferStep.More(offer.Bytes.Length);
            }

            unfinished.Remove((node, key));
            return offer.End();
        }
    }

    private Unfinished? Find(NodeId node, InputListKey key, InputListOffer piece)
    {
        foreach (var old in unfinished.Where(one => clock.GetElapsedTime(one.Value.HeardAt) > Patience).Select(one => one.Key).ToList())
        {
            unfinished.Remove(old);
        }

        if (!unfinished.TryGetValue((node, key), out var offer) || (offer.Digest == piece.Digest && offer.Total == piece.Total))
        {
            return offer;
        }

        // The node has begun anew.
        unfinished.Remove((node, key));
        return null;
    }

    private bool HasRoom(NodeId node, long bytes) =>
        unfinished.Sum(one => RoomOf(one.Value.Total)) + RoomOf(bytes) <= MostBytes
        && unfinished.Where(one => one.Key.Node == node).Sum(one => RoomOf(one.Value.Total)) + RoomOf(bytes) <= MostBytesOfNode;

    /// <summary>Small ones count as a piece, so that there are never very many.</summary>
    private static long RoomOf(long total) => Math.Max(total, InputListLimits.PieceBytes);

    private sealed class Unfinished(string digest, long total)
    {
        public string Digest { get; } = digest;

        public long Total { get; } = total;

        public MemoryStream Bytes { get; } = new();

        public long HeardAt { get; set; }

        public OfferStep End()
        {
            var list = Bytes.ToArray();
            return list.Length == Total && Convert.ToHexStringLower(SHA256.HashData(list)) == Digest
                ? new OfferStep.Whole(new InputList(Digest, list))
                : new OfferStep.Refused("its bytes are not those that its digest announces");
        }
    }
}
