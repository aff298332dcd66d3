namespace Bacalhau.Cli.Configuration;

/// <summary>What a key holds.</summary>
internal enum ConfigKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A truth value.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>A duration such as <c>1h30m</c>.</summary>
    Duration,

    /// <summary>Texts in an order.</summary>
    List,

    /// <summary>Texts by name.</summary>
    Map,

    /// <summary>A structure that only a file can hold.</summary>
    Structure,
}

/// <summary>One configuration key: its path in the case people write it in, what it holds, and what it holds when nobody says.</summary>
internal sealed record ConfigKey(string Path, ConfigKind Kind, ConfigValue Default, string Description)
{
    /// <summary>The environment variable that sets the key.</summary>
    public string Variable { get; } = "BACALHAU_" + Path.ToUpperInvariant().Replace('.', '_');

    /// <summary>Whether <c>config list --output yaml</c> shows the key even when it is empty.</summary>
    public bool IsAlwaysShown { get; init; }

    /// <summary>A key that holds a text.</summary>
    public static ConfigKey Text(string path, string description, string value = "") => new(path, ConfigKind.Text, ConfigValue.Of(value), description);

    /// <summary>A key that holds a truth value.</summary>
    public static ConfigKey Flag(string path, string description, bool value = false) =>
        new(path, ConfigKind.Flag, ConfigValue.Of(value ? "true" : "false"), description);

    /// <summary>A key that holds a whole number.</summary>
    public static ConfigKey Number(string path, string description, long value = 0) =>
        new(path, ConfigKind.Number, ConfigValue.Of(value.ToString(System.Globalization.CultureInfo.InvariantCulture)), description);

    /// <summary>A key that holds a duration.</summary>
    public static ConfigKey Duration(string path, string description, TimeSpan value = default) =>
        new(path, ConfigKind.Duration, ConfigValue.Of(GoDuration.Format(value)), description);

    /// <summary>A key that holds a list.</summary>
    public static ConfigKey List(string path, string description, params string[] values) =>
        new(path, ConfigKind.List, ConfigValue.Of(values), description);

    /// <summary>A key that holds a map of texts.</summary>
    public static ConfigKey Map(string path, string description) => new(path, ConfigKind.Map, MapValue.Empty, description);

    /// <summary>A key whose structure only a file can hold.</summary>
    public static ConfigKey Structure(string path, string description, ConfigValue value) => new(path, ConfigKind.Structure, value, description);
}
