using System.Collections.Immutable;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Jobs.Create;

/// <summary>A value of the form <c>URI[,key=value…][,opt=name=value…]</c>, as inputs and publishers are written.</summary>
/// <param name="Uri">The first field, or the one that a key for it gives.</param>
/// <param name="Target">What a key for the target gives; empty for none.</param>
/// <param name="Options">The options.</param>
internal sealed record OptionRecord(string Uri, string Target, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>Reads a value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="uriKeys">Keys that give the URI.</param>
    /// <param name="targetKeys">Keys that give the target.</param>
    /// <exception cref="FormatException">A field is no pair, or its key is unknown.</exception>
    public static OptionRecord Parse(string text, string[] uriKeys, string[] targetKeys)
    {
        var record = new OptionRecord("", "", ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase));
        var fields = CsvRecord.Parse(text);
        for (var index = 0; index < fields.Length; index++)
        {
            var equals = fields[index].IndexOf('=', StringComparison.Ordinal);
            record = index == 0 && (equals < 0 || IsUri(fields[index], equals))
                ? record with { Uri = Trimmed(fields[index]) }
                : equals < 0 ? throw new FormatException($"field {fields[index]} must be a key=value pair")
                : record.With(fields[index], fields[index][..equals].Trim().ToLowerInvariant(), fields[index][(equals + 1)..], uriKeys, targetKeys);
        }
        return record;
    }

    /// <summary>An address may hold an equals sign, in its query.</summary>
    private static bool IsUri(string field, int equals) => field.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 && scheme < equals;

    private OptionRecord With(string field, string key, string value, string[] uriKeys, string[] targetKeys)
    {
        if (uriKeys.Contains(key))
            return this with { Uri = Trimmed(value) };
        if (targetKeys.Contains(key))
            return this with { Target = Trimmed(value) };
        if (key is not ("opt" or "option"))
            throw new FormatException($"unexpected key {key} in field {field}");
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? this with { Options = Options.SetItem(value[..equals].Trim(), value[(equals + 1)..]) }
            : throw new FormatException($"option {value} must be a name=value pair");
    }

    private static string Trimmed(string text) => text.Trim().Trim('"', '\'').Trim();
}
