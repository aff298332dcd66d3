using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Bacalhau.Compute.Probes;

/// <summary>
/// A server that gets the question by POST. A status from 400 is no; an answer that is no JSON object is yes; else it is <c>{"ShouldBid": …, "Reason": …}</c>.
/// </summary>
/// <param name="address">The server (<c>JobAdmissionControl.ProbeHTTP</c>).</param>
public sealed class HttpProbe(Uri address) : IAdmissionProbe, IDisposable
{
    private readonly HttpClient http = new() { MaxResponseContentBufferSize = 64 * 1024 };

    /// <inheritdoc/>
    public string Name => "the probe JobAdmissionControl.ProbeHTTP";

    /// <inheritdoc/>
    public async Task<ProbeAnswer> AskAsync(byte[] question, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(question) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await http.PostAsync(address, content, cancellation);
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var (isYes, reason) = Read(body);
        if ((int)answer.StatusCode < 400)
        {
            return isYes ? new ProbeAnswer(true) : ProbeAnswer.No(reason);
        }

        var words = reason.Length > 0 ? reason : Encoding.UTF8.GetString(body);
        return ProbeAnswer.No(string.Create(CultureInfo.InvariantCulture, $"status {(int)answer.StatusCode} {words}"));
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    /// <summary>A property by its name without case, as the reference reads them.</summary>
    private static JsonElement ValueOf(JsonElement from, string name) =>
        from.EnumerateObject().FirstOrDefault(property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)).Value;

    private static (bool IsYes, string Reason) Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (true, "");
            }

            var isYes = ValueOf(json.RootElement, "ShouldBid").ValueKind == JsonValueKind.True;
            var why = ValueOf(json.RootElement, "Reason");
            return (isYes, why.ValueKind == JsonValueKind.String ? why.GetString()! : "");
        }
        catch (JsonException)
        {
            return (true, "");
        }
    }
}
