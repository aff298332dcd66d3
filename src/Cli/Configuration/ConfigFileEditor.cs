using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Output;

namespace Bacalhau.Cli.Configuration;

/// <summary>Changes one key of a configuration file and leaves the others.</summary>
internal static class ConfigFileEditor
{
    /// <summary>Writes a value.</summary>
    /// <param name="path">The file; it is made if it does not exist.</param>
    /// <param name="name">The key, in any case.</param>
    /// <param name="words">The value; several words are elements of a list.</param>
    /// <param name="host">The process around.</param>
    /// <exception cref="CliException">The key is unknown, or the value does not suit it.</exception>
    public static void Set(string path, string name, ImmutableArray<string> words, CliHost host)
    {
        var key = ConfigCatalog.Find(name) ?? throw new CliException(
            $"\"{name.ToLowerInvariant()}\" is not a valid config key",
            (ConfigCatalog.NearestTo(name) is { } nearest ? $"Did you mean {nearest}? " : "") + "Run 'bacalhau config list' for all keys");
        var value = ValueOf(key, words, host);
        var document = (JsonObject)WithLowerNames(File.Exists(path) ? ConfigFile.Read(path) : MapValue.Empty, "");
        var group = document;
        var steps = key.Path.ToLowerInvariant().Split('.');
        foreach (var step in steps[..^1])
        {
            if (group[step] is not JsonObject)
                group[step] = new JsonObject();
            group = (JsonObject)group[step]!;
        }
        group[steps[^1]] = value;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        File.WriteAllText(temporary, YamlText.OfConfig(Ordered(document)));
        File.Move(temporary, path, overwrite: true);
    }

    private static JsonNode ValueOf(ConfigKey key, ImmutableArray<string> words, CliHost host)
    {
        if (key == GeneralKeys.DataDir)
            return DataDirectory.Checked(DataDirectory.OfFlag(words[0], host), host);
        if (key.Kind == ConfigKind.List && words.Length > 1)
            return ConfigJson.Of(ConfigValue.Of(words));
        return ConfigJson.Of(key, ConfigText.Parse(key, key.Kind == ConfigKind.Map ? string.Join(',', words) : words[0]));
    }

    /// <summary>The file with keys in lower case, as the reference writes them; what stands below a key keeps its names.</summary>
    private static JsonNode WithLowerNames(ConfigValue value, string path)
    {
        if (ConfigCatalog.Find(path) is { } key)
            return ConfigJson.Of(key, value);
        return value is MapValue map
            ? new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(
                entry.Key.ToLowerInvariant(), (JsonNode?)WithLowerNames(entry.Value, path.Length == 0 ? entry.Key : $"{path}.{entry.Key}"))))
            : ConfigJson.Of(value);
    }

    private static JsonNode? Ordered(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, Ordered(entry.Value))))
        : node?.DeepClone();
}
