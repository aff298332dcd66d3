using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Bacalhau.Core.Jobs;

/// <summary>Makes the JSON values of engine, source and publisher parameters.</summary>
public static class ParamValue
{
    /// <summary>JSON null.</summary>
    public static JsonElement Null { get; } = Parse("null");

    /// <summary>A text.</summary>
    public static JsonElement Of(string text) => Write(writer => writer.WriteStringValue(text));

    /// <summary>True or false.</summary>
    public static JsonElement Of(bool value) => Parse(value ? "true" : "false");

    /// <summary>A list of texts.</summary>
    public static JsonElement Of(ImmutableArray<string> texts) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    });

    /// <summary>A list of texts, or null when there are none, as the reference's command line sends it.</summary>
    public static JsonElement OfUnlessEmpty(ImmutableArray<string> texts) => texts.IsDefaultOrEmpty ? Null : Of(texts);

    /// <summary>A config with the given parameters.</summary>
    public static SpecConfig Config(string type, params ReadOnlySpan<(string Name, JsonElement Value)> parameters)
    {
        var map = new SpecConfig().Params.ToBuilder();
        foreach (var (name, value) in parameters)
        {
            map[name] = value;
        }

        return new SpecConfig { Type = type, Params = map.ToImmutable() };
    }

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
