using System.Buffers;
using System.Text.Json;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Protocol.Jobs;

/// <summary>The one form in which free JSON (engine, source and publisher parameters) is kept: keys by bytes, the last of equal ones, numbers as doubles.</summary>
internal static class FreeJson
{
    /// <summary>The value in that form; false when a number is too large for a double.</summary>
    public static bool TryNormalise(JsonElement value, out JsonElement normalised)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = GoJsonEncoder.Html }))
        {
            if (!TryWrite(writer, value))
            {
                normalised = default;
                return false;
            }
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 1000 });
        normalised = document.RootElement.Clone();
        return true;
    }

    private static bool TryWrite(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return TryWriteObject(writer, value);
            case JsonValueKind.Array:
                writer.WriteStartArray();
                if (!value.EnumerateArray().All(item => TryWrite(writer, item)))
                {
                    return false;
                }

                writer.WriteEndArray();
                return true;
            case JsonValueKind.Number:
                var number = value.GetDouble();
                if (!double.IsFinite(number))
                {
                    return false;
                }

                writer.WriteRawValue(GoNumber.Format(number));
                return true;
            case JsonValueKind.String:
                writer.WriteStringValue(value.GetString());
                return true;
            default:
                value.WriteTo(writer);
                return true;
        }
    }

    private static bool TryWriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        var fields = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
        {
            fields[property.Name] = property.Value;
        }

        writer.WriteStartObject();
        foreach (var (name, field) in fields)
        {
            writer.WritePropertyName(name);
            if (!TryWrite(writer, field))
            {
                return false;
            }
        }

        writer.WriteEndObject();
        return true;
    }
}
