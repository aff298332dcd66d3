using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>Parameters of engines, inputs and publishers as JSON.</summary>
internal static class ParamJson
{
    /// <summary>No parameters.</summary>
    public static readonly ImmutableSortedDictionary<string, JsonElement> None = ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>A text.</summary>
    public static JsonElement Text(string text) => Parse(JsonValue.Create(text));

    /// <summary>A truth value.</summary>
    public static JsonElement Flag(bool flag) => Parse(JsonValue.Create(flag));

    /// <summary>Texts in an order.</summary>
    public static JsonElement Texts(IEnumerable<string> texts) => Parse(new JsonArray([.. texts.Select(text => JsonValue.Create(text))]));

    /// <summary>The parameters with a text, if there is one.</summary>
    public static ImmutableSortedDictionary<string, JsonElement> WithText(this ImmutableSortedDictionary<string, JsonElement> parameters, string name, string text) =>
        text.Length == 0 ? parameters : parameters.SetItem(name, Text(text));

    /// <summary>The parameters with texts, if there are any.</summary>
    public static ImmutableSortedDictionary<string, JsonElement> WithTexts(
        this ImmutableSortedDictionary<string, JsonElement> parameters, string name, IReadOnlyCollection<string> texts) =>
        texts.Count == 0 ? parameters : parameters.SetItem(name, Texts(texts));

    private static JsonElement Parse(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
