using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Json;

/// <summary>Moments as RFC 3339 with trailing zeros trimmed, in UTC with <c>Z</c>; the default value is the reference's zero time, year 1.</summary>
public sealed class GoTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <summary>The moment as the API writes it.</summary>
    public static string Format(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        return DateTimeOffset.TryParse(WithoutNanoseconds(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new JsonException($"'{text}' is not an RFC 3339 time");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));

    /// <summary>A tick is 100 ns: the eighth and ninth digit of a second are dropped.</summary>
    private static string WithoutNanoseconds(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return text;
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return end - point - 1 <= 7 ? text : string.Concat(text.AsSpan(0, point + 8), text.AsSpan(end));
    }
}
