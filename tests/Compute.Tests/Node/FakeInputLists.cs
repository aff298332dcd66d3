using System.Security.Cryptography;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>The orchestrator's lists of inputs, in pieces of a few bytes: the first whole offer counts.</summary>
internal sealed class FakeInputLists
{
    private const int PieceBytes = 8;
    private byte[] offered = [];

    /// <summary>The list that counts; null for none.</summary>
    public byte[]? Stored { get; set; }

    public List<InputListRequest> Requests { get; } = [];

    public List<InputListOffer> Offers { get; } = [];

    /// <summary>Answers in another way where it gives something.</summary>
    public Func<Envelope, InputListAnswer?> Instead { get; set; } = _ => null;

    /// <summary>Whether it knows these questions; a release that does not says nothing.</summary>
    public bool IsKnown { get; set; } = true;

    public static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public InputListAnswer On(InputListRequest request)
    {
        var rest = Stored?.AsSpan((int)request.Offset).ToArray() ?? [];
        var piece = rest.AsSpan(0, Math.Min(PieceBytes, rest.Length)).ToArray();
        return Instead(request) ?? Counting() with { Bytes = piece, Next = request.Offset + piece.Length };
    }

    public InputListAnswer On(InputListOffer offer)
    {
        if (Instead(offer) is { } answer)
        {
            return answer;
        }

        offered = offer.Offset == offered.Length ? [.. offered, .. offer.Bytes] : offer.Offset == 0 ? offer.Bytes : offered;
        Stored ??= offered.Length == offer.Total ? offered : null;
        return Counting() with { Next = offered.Length };
    }

    private InputListAnswer Counting() => Stored is null ? new InputListAnswer() : new InputListAnswer { Digest = DigestOf(Stored), Total = Stored.Length };
}
