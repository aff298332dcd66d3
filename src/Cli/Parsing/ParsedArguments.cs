using System.Collections.Immutable;

namespace Bacalhau.Cli.Parsing;

/// <summary>What a command line says: which command, values of flags, and the words that are none.</summary>
internal sealed class ParsedArguments(ImmutableArray<Command> path, IReadOnlyDictionary<Flag, object?> values, ImmutableArray<string> words)
{
    /// <summary>The commands from the root down to the one that is meant.</summary>
    public ImmutableArray<Command> Path { get; } = path;

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

    /// <summary>Complains about flags that may not stand together.</summary>
    /// <exception cref="CliException">There are such.</exception>
    public void CheckExclusions()
    {
        foreach (var flag in values.Keys.Where(flag => flag.Excludes.Length > 0 && values.Keys.Any(other => other.Name == flag.Excludes)))
            throw new CliException($"--{flag.Excludes} and --{flag.Name} exclude each other", $"Use --{flag.Excludes} only");
    }
}
