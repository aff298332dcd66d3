using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Parsing;

/// <summary>Makes flags of the usual kinds.</summary>
internal static class Flags
{
    /// <summary>A truth value, true when it stands alone.</summary>
    public static Flag<bool> Bool(string name, string description, char? shorthand = null, bool value = false) =>
        new(name, shorthand, "", description, value, (_, _, text) => ConfigText.TryParseFlag(text, out var flag)
            ? flag
            : throw new FormatException($"'{text}' is not true or false"))
        { ValueAlone = "true" };

    /// <summary>A text; the last one counts.</summary>
    public static Flag<string> Text(string name, string description, char? shorthand = null, string value = "") =>
        new(name, shorthand, "string", description, value, (_, _, text) => text);

    /// <summary>A whole number.</summary>
    public static Flag<long> Number(string name, string description, long value = 0) =>
        new(name, null, "int", description, value, (_, _, text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is not a whole number"));

    /// <summary>A whole number that is not negative and fits 32 bits.</summary>
    public static Flag<long> Count(string name, string description, long value = 0) =>
        new(name, null, "uint32", description, value, (_, _, text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is not a whole number from 0"));

    /// <summary>A version of a job; 0 is the latest.</summary>
    public static Flag<long> Version(string description) =>
        new("version", 'v', "uint", description, 0, (_, _, text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (long)number
            : throw new FormatException($"'{text}' is not a valid number: please provide a positive integer"));

    /// <summary>A duration with a unit.</summary>
    public static Flag<TimeSpan> Duration(string name, string description, TimeSpan value) =>
        new(name, null, "duration", description, value, (_, _, text) => GoDuration.TryParse(text, out var duration)
            ? duration
            : throw new FormatException(text.All(char.IsAsciiDigit) ? $"time: missing unit in duration \"{text}\"" : $"time: invalid duration \"{text}\""))
        { ShownDefault = GoDuration.Format(value) };

    /// <summary>Texts separated by commas, over all occurrences.</summary>
    public static Flag<ImmutableArray<string>> Words(string name, string description, char? shorthand = null, params string[] values) =>
        new(name, shorthand, "strings", description, [.. values], (previous, isFirst, text) => [.. isFirst ? [] : previous, .. CsvRecord.Parse(text)])
        { ShownDefault = values.Length == 0 ? "" : $"[{string.Join(',', values)}]" };

    /// <summary>Texts, one for each occurrence.</summary>
    public static Flag<ImmutableArray<string>> Texts(string name, string description, char? shorthand = null) =>
        new(name, shorthand, "stringArray", description, [], (previous, isFirst, text) => isFirst ? [text] : previous.Add(text));

    /// <summary>Pairs <c>k=v,k=v</c> over all occurrences.</summary>
    public static Flag<ImmutableSortedDictionary<string, string>> Pairs(string name, string description, char? shorthand = null) =>
        new(name, shorthand, "stringToString", description, Core.Jobs.TextMap.Empty, (previous, _, text) => Add(previous, text)) { ShownDefault = "[]" };

    /// <summary>Something that an own function reads.</summary>
    public static Flag<T?> Parsed<T>(string name, string typeName, string description, char? shorthand, Func<string, T> parse)
        where T : class => new(name, shorthand, typeName, description, null, (_, _, text) => parse(text));

    /// <summary>Several things that an own function reads.</summary>
    public static Flag<ImmutableArray<T>> ParsedList<T>(string name, string typeName, string description, char? shorthand, Func<string, T> parse) =>
        new(name, shorthand, typeName, description, [], (previous, isFirst, text) => isFirst ? [parse(text)] : previous.Add(parse(text)));

    private static ImmutableSortedDictionary<string, string> Add(ImmutableSortedDictionary<string, string> pairs, string text)
    {
        // A single pair may hold commas in its value; several are separated by them.
        var fields = text.Count(character => character == '=') == 1 ? [text.Trim('"')] : CsvRecord.Parse(text);
        foreach (var field in fields)
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            pairs = equals >= 0 ? pairs.SetItem(field[..equals], field[(equals + 1)..]) : throw new FormatException($"{field} must be formatted as key=value");
        }
        return pairs;
    }
}
