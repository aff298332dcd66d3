using System.Globalization;
using System.Text.Json.Nodes;

namespace Bacalhau.Cli.Configuration;

/// <summary>Settings as JSON.</summary>
internal static class ConfigJson
{
    /// <summary>A value, as a number or truth value where its key holds one and its text is one.</summary>
    public static JsonNode Of(ConfigKey key, ConfigValue value) => (key.Kind, value) switch
    {
        (ConfigKind.Number, TextValue text) when long.TryParse(text.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        (ConfigKind.Flag, TextValue text) when ConfigText.TryParseFlag(text.Text, out var flag) => JsonValue.Create(flag),
        _ => Of(value),
    };

    /// <summary>A value without a key.</summary>
    public static JsonNode Of(ConfigValue value) => value switch
    {
        MapValue map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)Of(entry.Value)))),
        ListValue list => new JsonArray([.. list.Items.Select(Of)]),
        _ => JsonValue.Create(value.ToString()),
    };

    /// <summary>All keys that are not empty as one document, in the catalogue's order.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="withEmptyGroups">Whether groups are shown of which all keys are empty.</param>
    public static JsonObject Document(ConfigSettings settings, bool withEmptyGroups = false)
    {
        var document = new JsonObject();
        foreach (var key in ConfigCatalog.All)
        {
            var value = Of(key, settings[key]);
            var isShown = !IsEmpty(key, value) || key.IsAlwaysShown;
            if (!isShown && !withEmptyGroups)
                continue;
            var group = document;
            var steps = key.Path.Split('.');
            foreach (var step in steps[..^1])
                group = (JsonObject)(group[step] ??= new JsonObject());
            if (isShown)
                group[steps[^1]] = value;
        }
        return document;
    }

    private static bool IsEmpty(ConfigKey key, JsonNode value) => value switch
    {
        JsonObject map => map.Count == 0,
        JsonArray list => list.Count == 0,
        _ => value.ToString() is "" or "false" || (key.Kind is ConfigKind.Number or ConfigKind.Duration && value.ToString() is "0" or "0s"),
    };
}
