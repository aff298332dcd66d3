using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>What came back: several values of a header are joined as in the recordings.</summary>
internal sealed record GoldenAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonElement Json => JsonElement.Parse(Text);
}

/// <summary>Sends a recorded request to our API.</summary>
internal static partial class GoldenExchange
{
    /// <summary>Sends the request of a case.</summary>
    /// <param name="client">Client of the server.</param>
    /// <param name="recorded">The case.</param>
    /// <param name="names">What its placeholders stand for.</param>
    public static async Task<GoldenAnswer> SendAsync(HttpClient client, GoldenCase recorded, IReadOnlyDictionary<string, string> names)
    {
        var request = recorded.Request;
        var path = Filled(request.GetProperty("path").GetString()!, names);
        var target = path + (request.TryGetProperty("query", out var query) ? "?" + Filled(query.GetString()!, names) : "");
        target = await PagePlaces.TranslateAsync(client, path, target);
        using var message = new HttpRequestMessage(
            new HttpMethod(request.GetProperty("method").GetString()!),
            new Uri(client.BaseAddress!.ToString().TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        var headers = request.TryGetProperty("headers", out var given)
            ? given.EnumerateObject().ToDictionary(header => header.Name, header => Filled(header.Value.GetString()!, names))
            : [];
        message.Content = Body(request, headers, names);
        foreach (var (name, value) in headers.Where(header => header.Key is not ("Content-Type" or "Content-Length" or "Transfer-Encoding")))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.TryGetProperty("upgrade", out var upgrade))
        {
            message.Headers.Connection.Add("Upgrade");
            message.Headers.TryAddWithoutValidation("Upgrade", upgrade.GetString());
        }

        message.Headers.TransferEncodingChunked = headers.ContainsKey("Transfer-Encoding") ? true : null;
        using var answer = await client.SendAsync(message);
        var all = answer.Headers.Concat(answer.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(" || ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new GoldenAnswer((int)answer.StatusCode, all, await answer.Content.ReadAsStringAsync());
    }

    private static ByteArrayContent? Body(JsonElement request, Dictionary<string, string> headers, IReadOnlyDictionary<string, string> names)
    {
        if (!request.TryGetProperty("body", out var body))
        {
            return headers.ContainsKey("Content-Type") ? new ByteArrayContent([]) : null;
        }

        var size = body.ValueKind == JsonValueKind.String ? SizePattern().Match(body.GetString()!) : Match.Empty;
        var text = size.Success
            ? JobOfSize(int.Parse(size.Groups[1].Value, CultureInfo.InvariantCulture))
            : Filled(body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText(), names);
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        var type = headers.GetValueOrDefault("Content-Type", "application/json");
        content.Headers.ContentType = type == "(none)" ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static string JobOfSize(int bytes)
    {
        const string Start = """{"Job":{"Type":"batch","Name":""";
        const string End = "\"}}";
        return Start + "\"" + new string('x', bytes - Start.Length - End.Length - 1) + End;
    }

    /// <summary>The text with its placeholders filled.</summary>
    public static string Filled(string text, IReadOnlyDictionary<string, string> names)
    {
        foreach (var (name, value) in names)
        {
            text = text.Replace($"<{name}>", value, StringComparison.Ordinal);
        }

        return text;
    }

    [GeneratedRegex(@"^<JSON document of (\d+) bytes")]
    private static partial Regex SizePattern();
}
