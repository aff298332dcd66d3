using System.Globalization;
using System.Text.Json;

namespace Bacalhau.Compute.Gpus;

/// <summary>Reads what the makers' programs print (spec: engines-storage-publishers.md §9).</summary>
internal static class GpuOutput
{
    private const long BytesPerMib = 1 << 20;

    /// <summary>A line <c>index, uuid, name, memory in MiB</c> for each device.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static IReadOnlyList<GpuDevice> OfNvidia(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(OfNvidiaLine).OrderBy(one => one.Index).Select(one => one.Device)];

    /// <summary>An object with a property <c>card&lt;n&gt;</c> for each device. Versions differ in the case of their keys.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static IReadOnlyList<GpuDevice> OfAmd(string json) => Parse(json, root => root.EnumerateObject()
        .Where(card => card.Name.StartsWith("card", StringComparison.Ordinal) && int.TryParse(card.Name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .OrderBy(card => int.Parse(card.Name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture))
        .Select(card => new GpuDevice(
            Text(card.Value, "PCI Bus").ToLowerInvariant(),
            GpuVendor.Amd,
            Find(card.Value, "Card Series") is { ValueKind: JsonValueKind.String } series ? series.GetString()! : Text(card.Value, "Card Model"),
            Number(card.Value, "VRAM Total Memory (B)") / BytesPerMib,
            []))
        .ToList());

    /// <summary>The numbers of the devices in the list of all.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static IReadOnlyList<long> NumbersOfIntel(string json) => Parse(json, root => root.GetProperty("device_list").EnumerateArray().Select(one => Number(one, "device_id")).ToList());

    /// <summary>One device, in full.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static GpuDevice OfIntel(string json) => Parse(json, root => new GpuDevice(
        Text(root, "pci_bdf_address").ToLowerInvariant(), GpuVendor.Intel, Text(root, "device_name"), Number(root, "memory_physical_size_byte") / BytesPerMib, []));

    private static (int Index, GpuDevice Device) OfNvidiaLine(string line)
    {
        var parts = line.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length == 4 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) && parts[1].Length > 0
            && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var memory)
            ? (index, new GpuDevice(parts[1], GpuVendor.Nvidia, parts[2], memory, []))
            : throw new InvalidDataException($"its line '{line}' cannot be read");
    }

    private static T Parse<T>(string json, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"its answer cannot be read: {exception.Message}", exception);
        }
    }

    private static JsonElement? Find(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }

    private static string Text(JsonElement element, string name) => Find(element, name)?.GetString() ?? throw new KeyNotFoundException($"'{name}' is missing");

    /// <summary>Numbers come as such or as text.</summary>
    private static long Number(JsonElement element, string name) => Find(element, name) switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetInt64(),
        { ValueKind: JsonValueKind.String } text => long.Parse(text.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture),
        _ => throw new KeyNotFoundException($"'{name}' is missing"),
    };
}
