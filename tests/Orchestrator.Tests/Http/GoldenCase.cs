using System.Text.Json;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>One recorded exchange with the reference (Golden/*.json; form and placeholders: Golden/README.md).</summary>
internal sealed record GoldenCase(string Id, JsonElement Request, JsonElement Response)
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>All cases that are exchanges, by id <c>group/name</c>.</summary>
    public static IReadOnlyDictionary<string, GoldenCase> All { get; } = ReadAll();

    public int Status => Response.TryGetProperty("status", out var status) ? status.GetInt32() : 0;

    private static SortedDictionary<string, GoldenCase> ReadAll()
    {
        var cases = new SortedDictionary<string, GoldenCase>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(_folder, "*.json").Order(StringComparer.Ordinal))
        {
            var group = Path.GetFileNameWithoutExtension(file);
            foreach (var entry in JsonElement.Parse(File.ReadAllBytes(file)).EnumerateObject())
            {
                if (entry.Value.TryGetProperty("request", out var request))
                {
                    var id = $"{group}/{entry.Name}";
                    cases.Add(id, new GoldenCase(id, request.Clone(), entry.Value.GetProperty("response").Clone()));
                }
            }
        }

        return cases;
    }
}
