using System.Collections.Immutable;
using System.Text;

namespace Bacalhau.Cli.Configuration;

/// <summary>A configuration value as it was written: a text, a list or a map. Types are given to it later, by its key.</summary>
internal abstract record ConfigValue
{
    /// <summary>Whether nothing was written.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>A text.</summary>
    public static ConfigValue Of(string text) => new TextValue(text);

    /// <summary>A list of texts.</summary>
    public static ConfigValue Of(IEnumerable<string> items) => new ListValue([.. items.Select(Of)]);

    /// <summary>The value in the form in which the reference's tables show it: <c>[a b]</c>, <c>map[k:v]</c>.</summary>
    public abstract void Show(StringBuilder target);

    /// <summary>The value in the form in which the reference's tables show it.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Show(text);
        return text.ToString();
    }
}

/// <summary>A single text, number, truth value or duration.</summary>
internal sealed record TextValue(string Text) : ConfigValue
{
    /// <inheritdoc/>
    public override bool IsEmpty => Text.Length == 0;

    /// <inheritdoc/>
    public override void Show(StringBuilder target) => target.Append(Text);
}

/// <summary>Several values in their order.</summary>
internal sealed record ListValue(ImmutableArray<ConfigValue> Items) : ConfigValue
{
    /// <summary>The empty list.</summary>
    public static readonly ListValue Empty = new([]);

    /// <inheritdoc/>
    public override bool IsEmpty => Items.IsEmpty;

    /// <inheritdoc/>
    public override void Show(StringBuilder target)
    {
        target.Append('[');
        for (var index = 0; index < Items.Length; index++)
        {
            target.Append(index == 0 ? "" : " ");
            Items[index].Show(target);
        }
        target.Append(']');
    }
}

/// <summary>Values by name; the names keep their case.</summary>
internal sealed record MapValue(ImmutableSortedDictionary<string, ConfigValue> Entries) : ConfigValue
{
    /// <summary>The empty map.</summary>
    public static readonly MapValue Empty = new(ImmutableSortedDictionary.Create<string, ConfigValue>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public override bool IsEmpty => Entries.IsEmpty;

    /// <inheritdoc/>
    public override void Show(StringBuilder target)
    {
        target.Append("map[");
        var separator = "";
        foreach (var (name, value) in Entries)
        {
            target.Append(separator).Append(name).Append(':');
            value.Show(target);
            separator = " ";
        }
        target.Append(']');
    }

    /// <summary>The value under a name, whatever its case.</summary>
    public ConfigValue? Find(string name) =>
        Entries.FirstOrDefault(entry => entry.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>This map with another laid over it, map by map.</summary>
    public MapValue With(MapValue over)
    {
        var merged = Entries;
        foreach (var (name, value) in over.Entries)
        {
            var known = merged.Keys.FirstOrDefault(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
            var previous = known is null ? null : merged[known];
            if (known is not null)
                merged = merged.Remove(known);
            merged = merged.SetItem(name, previous is MapValue below && value is MapValue above ? below.With(above) : value);
        }
        return new(merged);
    }
}
