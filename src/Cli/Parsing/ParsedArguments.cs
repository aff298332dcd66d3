using System.Collections.Immutable;

namespace Bacalhau.Cli.Parsing;

/// <summary>What a command line says: values of flags, and the words that are none.</summary>
internal sealed class ParsedArguments(IReadOnlyDictionary<Flag, object?> values, ImmutableArray<string> words)
{
    /// <summary>The words that are no flags, in order.</summary>
    public ImmutableArray<string> Words { get; } = words;

    /// <summary>The flag's value, or its default.</summary>
    public T Get<T>(Flag<T> flag) => values.TryGetValue(flag, out var value) ? (T)value! : flag.Default;

    /// <summary>Whether the flag stands on the command line.</summary>
    public bool Has(Flag flag) => values.ContainsKey(flag);

    /// <summary>The flags on the command line that are old.</summary>
    public IEnumerable<Flag> Deprecated => values.Keys.Where(flag => flag.Deprecation.Length > 0).OrderBy(flag => flag.Name, StringComparer.Ordinal);

    /// <summary>All flags on the command line.</summary>
    public IEnumerable<Flag> Flags => values.Keys.OrderBy(flag => flag.Name, StringComparer.Ordinal);
}
