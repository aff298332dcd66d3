using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Where a list goes on: the reference's form, base64 without padding of <c>order:Y|N:limit:place</c>.</summary>
/// <param name="OrderBy">Order as it was asked for; empty for the default.</param>
/// <param name="IsReversed">Whether the order is turned round.</param>
/// <param name="Limit">Most items of a page; 0 for the default.</param>
/// <param name="Place">A number, or two with a point between; empty for the beginning.</param>
internal sealed record PagingToken(string OrderBy, bool IsReversed, int Limit, string Place)
{
    /// <summary>First number of the place: key of a row, or number of the first event.</summary>
    public long Number => Part(0);

    /// <summary>Second number of the place: UTC ticks; 0 where there is none.</summary>
    public long Time => Part(1);

    /// <summary>Reads a token.</summary>
    /// <param name="text">The token.</param>
    /// <param name="token">What it says.</param>
    /// <param name="problem">What is wrong with it; null when it can be read.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PagingToken? token, [NotNullWhen(false)] out string? problem)
    {
        token = null;
        problem = "the paging token is not one of this server's; begin again without one";
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length))
        {
            return false;
        }

        if (Encoding.UTF8.GetString(bytes, 0, length).Split(':') is not [var orderBy, var reversed, var limit, var place]
            || reversed is not ("Y" or "N")
            || !int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var limitValue)
            || place.Split('.') is not { Length: <= 2 } parts
            || !parts.All(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return false;
        }

        token = new PagingToken(orderBy, reversed == "Y", limitValue, place);
        problem = null;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{OrderBy}:{(IsReversed ? 'Y' : 'N')}:{Limit}:{Place}")));

    private long Part(int index) =>
        Place.Split('.') is var parts && index < parts.Length && long.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
