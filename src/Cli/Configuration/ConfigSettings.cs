using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>What all sources together say, key by key, before types are given to it.</summary>
internal sealed record ConfigSettings
{
    /// <summary>The defaults alone.</summary>
    public static readonly ConfigSettings Defaults = new();

    /// <summary>What was given, by the key's path.</summary>
    public ImmutableSortedDictionary<string, ConfigValue> Given { get; init; } =
        ImmutableSortedDictionary.Create<string, ConfigValue>(StringComparer.Ordinal);

    /// <summary>Keys that nobody knows.</summary>
    public ImmutableArray<ConfigProblem> Warnings { get; init; } = [];

    /// <summary>The file that <c>config set</c> writes when none is named: the only one that was read; null if there was none or several.</summary>
    public string? File { get; init; }

    /// <summary>The value of a key.</summary>
    public ConfigValue this[ConfigKey key] => Given.GetValueOrDefault(key.Path) ?? key.Default;

    /// <summary>Whether a source gave the key.</summary>
    public bool IsGiven(ConfigKey key) => Given.ContainsKey(key.Path);

    /// <summary>These settings with a key replaced.</summary>
    public ConfigSettings With(ConfigKey key, ConfigValue value) => this with { Given = Given.SetItem(key.Path, value) };

    /// <summary>These settings with a file's content laid over them; maps merge, everything else is replaced.</summary>
    public ConfigSettings With(MapValue file) => WithEntries(file, "");

    private ConfigSettings WithEntries(MapValue group, string prefix)
    {
        var settings = this;
        foreach (var (name, value) in group.Entries)
        {
            var path = prefix + name;
            if (ConfigCatalog.Find(path) is { } key)
            {
                var isMerged = value is MapValue && settings.Given.GetValueOrDefault(key.Path) is MapValue;
                if (!value.IsEmpty || value is not TextValue || key.Kind == ConfigKind.Text)
                    settings = settings.With(key, isMerged ? ((MapValue)settings[key]).With((MapValue)value) : value);
            }
            else if (value is MapValue below && ConfigCatalog.IsGroup(path))
            {
                settings = settings.WithEntries(below, path + ".");
            }
            else if (!(value.IsEmpty && ConfigCatalog.IsGroup(path)))
            {
                settings = settings with { Warnings = settings.Warnings.Add(Unknown(path)) };
            }
        }
        return settings;
    }

    private static ConfigProblem Unknown(string path) => new(
        path, "is no configuration key and has no effect", ConfigCatalog.NearestTo(path) is { } nearest ? $"did you mean '{nearest}'?" : "", IsWarning: true);
}
