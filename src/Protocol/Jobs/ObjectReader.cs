using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Text;

namespace Bacalhau.Protocol.Jobs;

/// <summary>
/// Reads the fields of one JSON object by name without case, the last of several winning. A value of a wrong type is reported with its
/// place and reads as empty; so does null, silently.
/// </summary>
internal sealed class ObjectReader
{
    /// <summary>Well above the limits of a job, since the server adds entries of its own before a job is stored and read again.</summary>
    private const int MostEntries = 10 * JobLimits.MaxListElements;

    private readonly ReadingFindings findings;
    private readonly string path;
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> known = [];

    public ObjectReader(ReadingFindings findings, JsonElement element, string path)
    {
        this.findings = findings;
        this.path = path;
        if (element.ValueKind != JsonValueKind.Object)
        {
            WrongType(path, element, "object");
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            fields[property.Name] = property.Value;
        }
    }

    /// <summary>Whether the field was written, be it as null.</summary>
    public bool Has(string name) => fields.ContainsKey(name);

    /// <summary>A text; empty when not given.</summary>
    public string Text(string name) => TextOrNull(name) ?? "";

    /// <summary>A text; null when not given.</summary>
    public string? TextOrNull(string name) => Take(name) is { } value ? AsText(value, PathOf(name)) : null;

    /// <summary>A whole number; 0 when not given.</summary>
    public long Whole(string name, long least, long most) => WholeOrNull(name, least, most) ?? 0;

    /// <summary>A whole number; null when not given.</summary>
    public long? WholeOrNull(string name, long least, long most)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            WrongType(PathOf(name), value, "int");
        }
        else if (!long.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            WrongType(PathOf(name), value, "int", $"number {value.GetRawText()}");
        }
        else if (number < least || number > most)
        {
            Report(name, $"{PathOf(name)} is {number}", $"it must be from {least} to {most}");
        }
        else
        {
            return number;
        }

        return null;
    }

    /// <summary>True or false; null when not given.</summary>
    public bool? Boolean(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        WrongType(PathOf(name), value, "bool");
        return null;
    }

    /// <summary>A nested object; null when not given.</summary>
    public T? Object<T>(string name, Func<ObjectReader, T> read) where T : class =>
        Take(name) is { } value ? ReadObject(value, PathOf(name), read) : null;

    /// <summary>An array of objects; empty when not given. A null in it is a problem.</summary>
    public ImmutableArray<T> Elements<T>(string name, Func<ObjectReader, T> read) where T : class =>
        [.. Items(name).Select(item => ReadObject(item.Value, item.Path, read)).OfType<T>()];

    /// <summary>An array of texts; empty when not given. A null in it is an empty text.</summary>
    public ImmutableArray<string> Texts(string name) =>
        [.. Items(name).Select(item => item.Value.ValueKind == JsonValueKind.Null ? "" : AsText(item.Value, item.Path) ?? "")];

    /// <summary>An object whose values are texts; empty when not given.</summary>
    public ImmutableSortedDictionary<string, string> TextMap(string name)
    {
        var map = Core.Jobs.TextMap.Empty.ToBuilder();
        foreach (var property in Properties(name))
        {
            map[property.Name] = property.Value.ValueKind == JsonValueKind.Null
                ? ""
                : AsText(property.Value, $"{PathOf(name)}.{property.Name}") ?? "";
        }

        return map.ToImmutable();
    }

    /// <summary>An object with values of any kind, each in the form in which it is kept; empty when not given.</summary>
    public ImmutableSortedDictionary<string, JsonElement> FreeMap(string name)
    {
        var map = new SpecConfig().Params.ToBuilder();
        foreach (var property in Properties(name))
        {
            if (FreeJson.TryNormalise(property.Value, out var value))
            {
                map[property.Name] = value;
            }
            else
            {
                findings.Report(new SpecProblem(
                    $"{PathOf(name)}.{property.Name}", $"{PathOf(name)}.{property.Name} holds a number that is too large", "numbers end near 1.8e308"));
            }
        }

        return map.ToImmutable();
    }

    /// <summary>Reports a problem of a field.</summary>
    public void Report(string name, string message, string hint) => findings.Report(new SpecProblem(PathOf(name), message, hint));

    /// <summary>Reports the fields that nobody asked for, with the nearest known name. To be called last.</summary>
    public void NoteUnknown()
    {
        var where = path.Length == 0 ? "Job" : path;
        foreach (var name in fields.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            if (findings.HasEnoughUnknown)
            {
                return;
            }

            var hint = NearestName.Of(name, known) is { } nearest ? $"did you mean '{nearest}'?" : "";
            findings.ReportUnknown(new SpecProblem(PathOf(name), $"unknown field: '{name}' in '{where}'", hint, SpecProblemCode.UnknownField));
        }
    }

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private JsonElement? Take(string name)
    {
        known.Add(name);
        return fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private T? ReadObject<T>(JsonElement value, string valuePath, Func<ObjectReader, T> read) where T : class
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            WrongType(valuePath, value, "object");
            return null;
        }

        var reader = new ObjectReader(findings, value, valuePath);
        var result = read(reader);
        reader.NoteUnknown();
        return result;
    }

    private IEnumerable<(string Path, JsonElement Value)> Items(string name)
    {
        if (Take(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind == JsonValueKind.Array && IsShort(name, value.GetArrayLength()))
        {
            return value.EnumerateArray().Select((item, index) => ($"{PathOf(name)}[{index}]", item));
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            return [];
        }

        WrongType(PathOf(name), value, "array");
        return [];
    }

    private JsonElement.ObjectEnumerator Properties(string name)
    {
        if (Take(name) is not { } value)
        {
            return default;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            WrongType(PathOf(name), value, "map");
            return default;
        }

        return IsShort(name, value.GetPropertyCount()) ? value.EnumerateObject() : default;
    }

    /// <summary>Looked at before anything is read, since a stranger may send millions.</summary>
    private bool IsShort(string name, int length)
    {
        if (length > MostEntries)
        {
            findings.Report(new SpecProblem(
                PathOf(name), $"{PathOf(name)} has {length} entries", $"at most {JobLimits.MaxListElements}", SpecProblemCode.TooLarge));
        }

        return length <= MostEntries;
    }

    private string? AsText(JsonElement value, string valuePath)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        WrongType(valuePath, value, "string");
        return null;
    }

    private void WrongType(string valuePath, JsonElement value, string expected, string? got = null) => findings.Report(new SpecProblem(
        valuePath,
        $"field: '{(valuePath.Length == 0 ? "Job" : valuePath)}' in 'job' is invalid type: '{got ?? NameOf(value.ValueKind)}' expected: '{expected}'",
        expected == "string" && value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? "put it in quotes" : "",
        SpecProblemCode.WrongType));

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };
}
