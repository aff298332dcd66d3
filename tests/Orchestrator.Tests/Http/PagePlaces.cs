using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>Recorded paging tokens count the items before the page, ours name a place: the one that is met by going there page by page.</summary>
internal static partial class PagePlaces
{
    /// <summary>The address with a token of ours in place of a recorded one.</summary>
    public static async Task<string> TranslateAsync(HttpClient client, string path, string address)
    {
        if (TokenPattern().Match(address) is not { Success: true } found
            || !path.EndsWith("/jobs", StringComparison.Ordinal)
            || !Base64Url.IsValid(found.Groups[1].Value)
            || Encoding.UTF8.GetString(Base64Url.DecodeFromChars(found.Groups[1].Value)).Split(':') is not [var order, var reverse, var limit, var offset])
        {
            return address;
        }

        // Namespaces are not in tokens, so that a place may be used with another.
        var space = address.Contains("namespace=*", StringComparison.Ordinal) ? "*" : "paging";
        var first = $"{path}?namespace={space}&order_by={order}&reverse={reverse == "Y"}&limit={limit}";
        var token = "";
        for (var pages = int.Parse(offset, CultureInfo.InvariantCulture) / int.Parse(limit, CultureInfo.InvariantCulture); pages > 0; pages--)
        {
            token = JsonElement.Parse(await client.GetStringAsync(new Uri($"{first}&next_token={token}", UriKind.Relative))).GetProperty("NextToken").GetString()!;
        }

        return address.Replace(found.Value, $"next_token={token}", StringComparison.Ordinal);
    }

    [GeneratedRegex("next_token=([^&]+)")]
    private static partial Regex TokenPattern();
}
