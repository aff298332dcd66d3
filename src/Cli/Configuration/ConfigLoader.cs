using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>What the command line says about configuration.</summary>
/// <param name="Options">Every <c>--config</c>, in order.</param>
/// <param name="Flags">Keys that a flag of their own sets.</param>
/// <param name="DataDir">Value of <c>--data-dir</c>; null if it was not given.</param>
internal sealed record ConfigRequest(ImmutableArray<string> Options, ImmutableArray<(ConfigKey Key, string Text)> Flags, string? DataDir);

/// <summary>Lays the sources over each other: defaults, files, environment, flags, <c>--config key=value</c>.</summary>
internal sealed class ConfigLoader(CliHost host)
{
    private const string DefaultFile = "config.yaml";

    /// <summary>Reads everything.</summary>
    /// <exception cref="CliException">A source cannot be read, or an option is malformed.</exception>
    public ConfigSettings Load(ConfigRequest request)
    {
        var options = request.Options.Select(ReadOption).ToList();
        var overlay = options.Where(option => option.Key is not null).ToList();
        var files = options.Where(option => option.File is not null).Select(option => option.File!).ToList();

        var above = FromEnvironment(ConfigSettings.Defaults);
        foreach (var (key, text) in request.Flags)
            above = above.With(key, ConfigText.Parse(key, text));
        if (request.DataDir is { } folder)
            above = above.With(GeneralKeys.DataDir, ConfigValue.Of(DataDirectory.OfFlag(folder, host)));
        foreach (var (key, value, _) in overlay)
            above = above.With(key!, value!);

        if (files.Count == 0 && DefaultFileOf(above) is { } found)
            files.Add(found);
        var settings = files.Aggregate(ConfigSettings.Defaults, (lower, file) => lower.With(ConfigFile.Read(file)));
        settings = settings with { Given = settings.Given.SetItems(above.Given), File = files.Count == 1 ? files[0] : null };
        var dataDir = settings.IsGiven(GeneralKeys.DataDir) ? settings[GeneralKeys.DataDir].ToString() : DataDirectory.Default(host);
        return settings.With(GeneralKeys.DataDir, ConfigValue.Of(DataDirectory.Checked(dataDir, host)));
    }

    private (ConfigKey? Key, ConfigValue? Value, string? File) ReadOption(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            var known = ConfigCatalog.Find(option[..equals]) ?? throw UnknownKey(option[..equals]);
            return (known, ConfigText.ForOption(known, option[(equals + 1)..]), null);
        }
        var path = host.PathOf(option);
        if (option.EndsWith(".yaml", StringComparison.Ordinal) || option.EndsWith(".yml", StringComparison.Ordinal))
        {
            return File.Exists(path) ? (null, null, path)
                : Directory.Exists(path) ? throw new CliException($"\"{option}\" is a directory, not a configuration file")
                : throw new CliException($"specified configuration file doesn't exist: {option}");
        }
        if (File.Exists(path) || Directory.Exists(path))
            throw new CliException("config files must end in suffix '.yaml' or '.yml'");
        var key = ConfigCatalog.Find(option) ?? throw UnknownKey(option);
        return key.Kind == ConfigKind.Flag
            ? (key, ConfigValue.Of("true"), null)
            : throw new CliException($"config key \"{option}\" needs a value: --config {option}=<value>");
    }

    private ConfigSettings FromEnvironment(ConfigSettings settings)
    {
        foreach (var key in ConfigCatalog.All)
        {
            if (host.Variable(key.Variable) is { Length: > 0 } text)
                settings = settings.With(key, FromVariable(key, text));
        }
        settings = WithOldName(settings, GeneralKeys.DataDir, "BACALHAU_DIR");
        return WithOldName(settings, GeneralKeys.LogLevel, "LOG_LEVEL");
    }

    private ConfigSettings WithOldName(ConfigSettings settings, ConfigKey key, string variable) =>
        settings.IsGiven(key) || host.Variable(variable) is not { Length: > 0 } text ? settings : settings.With(key, ConfigValue.Of(text));

    private static ConfigValue FromVariable(ConfigKey key, string text) => key.Kind switch
    {
        ConfigKind.List => ConfigValue.Of(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
        ConfigKind.Map => ConfigText.ParseMap(text),
        _ => ConfigValue.Of(text),
    };

    private string? DefaultFileOf(ConfigSettings above)
    {
        var folder = above.IsGiven(GeneralKeys.DataDir) ? above[GeneralKeys.DataDir].ToString() : DataDirectory.Default(host);
        var path = Path.Combine(DataDirectory.Checked(folder, host), DefaultFile);
        return File.Exists(path) ? path : null;
    }

    private static CliException UnknownKey(string key) => new(
        $"\"{key.ToLowerInvariant()}\" is not a valid config key",
        (ConfigCatalog.NearestTo(key) is { } nearest ? $"Did you mean {nearest}? " : "") + "Run 'bacalhau config list' for all keys");
}
