using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Orchestrator.Http;

/// <summary>
/// Where a list goes on: the reference's form, base64 without padding of <c>order:Y|N:limit:place</c>. What else the list was asked for, as a namespace, is
/// not in it: clients send it again.
/// </summary>
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

    /// <summary>The place after which a page of rows begins; null for the first page.</summary>
    public PagePlace? After => Place.Length == 0 ? null : new PagePlace(Time, Number);

    /// <summary>What a request for a page of rows says: its token knows order and limit, and beats the query's.</summary>
    public static PagingToken Of(RequestQuery query)
    {
        var asked = new PagingToken(query.Text("order_by"), query.Flag("reverse"), query.Count("limit"), "");
        return query.Text("next_token") is not { Length: > 0 } text ? asked
            : TryParse(text, out var token, out var problem) ? token
            : throw new ApiProblemException(ApiProblem.Invalid(problem));
    }

    /// <summary>Items of a page of which there are at most so many.</summary>
    public int LimitUpTo(int most) => Limit > 0 && Limit < most ? Limit : most;

    /// <summary>The token for the page after a place; empty when there is none.</summary>
    public string Next(PagePlace? place) => place switch
    {
        null => "",
        { Time: 0, Key: var key } => (this with { Place = key.ToString(CultureInfo.InvariantCulture) }).ToString(),
        { Time: var time, Key: var key } => (this with { Place = string.Create(CultureInfo.InvariantCulture, $"{key}.{time}") }).ToString(),
    };

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
