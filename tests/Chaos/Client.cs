using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Bacalhau.Chaos;

/// <summary>An answer of the API.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">What it says.</param>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Body)
{
    /// <summary>Whether what was asked for was done.</summary>
    public bool IsGood => Status == HttpStatusCode.OK;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Status} {Body?.ToJsonString()}");
}

/// <summary>A client that does not give up.</summary>
internal sealed class Client(int port, Timeline timeline) : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(300);
    private readonly HttpClient http = new()
    {
        BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/v1/orchestrator/")),
        Timeout = TimeSpan.FromSeconds(10),
    };

    /// <summary>Asks until the orchestrator answers, and not with words about itself.</summary>
    public async Task<Answer> InsistAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        while (true)
        {
            if (await TryAsync(method, path, body) is { Status: < HttpStatusCode.InternalServerError } answer)
            {
                return answer;
            }

            await Task.Delay(_pause, TimeProvider.System);
        }
    }

    /// <summary>Asks once; null when nobody answers.</summary>
    public async Task<Answer?> TryAsync(HttpMethod method, string path, JsonNode? body = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.InternalServerError)
            {
                timeline.SayWrong($"{method} {path} was answered with 500: {text}");
            }

            return new Answer(answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>All items of a list, page after page; null when it could not be read.</summary>
    public async Task<List<JsonNode>?> ListAsync(string path)
    {
        var items = new List<JsonNode>();
        for (var token = ""; ;)
        {
            var page = $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=500{(token.Length > 0 ? "&next_token=" + Uri.EscapeDataString(token) : "")}";
            if (await TryAsync(HttpMethod.Get, page) is not { IsGood: true } answer)
            {
                return null;
            }

            items.AddRange((answer.Body!["Items"] ?? answer.Body["Nodes"])!.AsArray().Select(item => item!));
            token = (string?)answer.Body["NextToken"] ?? "";
            if (token.Length == 0)
            {
                return items;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
