using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bacalhau.Cli.Configuration;

/// <summary>Reads YAML configuration files.</summary>
internal static class ConfigFile
{
    /// <summary>Files larger than this are no configuration.</summary>
    private const long MaxBytes = 16 << 20;

    /// <summary>The file's content; an empty file is an empty map.</summary>
    /// <exception cref="CliException">The file cannot be read, or is not YAML, or is no map.</exception>
    public static MapValue Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new CliException($"opening config file \"{path}\": it is larger than {MaxBytes >> 20} MiB");
            using var reader = File.OpenText(path);
            var stream = new YamlStream();
            stream.Load(reader);
            var root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
            return root switch
            {
                null or YamlScalarNode { Value: null or "" } => MapValue.Empty,
                YamlMappingNode map => Convert(map),
                _ => throw new CliException($"opening config file \"{path}\": it must hold keys and values", "See 'bacalhau config list --output yaml' for an example"),
            };
        }
        catch (YamlException problem)
        {
            throw new CliException($"opening config file \"{path}\": line {problem.Start.Line}: {problem.Message}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"opening config file \"{path}\": {problem.Message}");
        }
    }

    private static MapValue Convert(YamlMappingNode map)
    {
        var entries = MapValue.Empty.Entries.ToBuilder();
        foreach (var (name, value) in map.Children)
            entries[(name as YamlScalarNode)?.Value ?? name.ToString()] = Convert(value);
        return new(entries.ToImmutable());
    }

    private static ConfigValue Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => Convert(map),
        YamlSequenceNode list => new ListValue([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "Null" or "NULL" } => ConfigValue.Of(""),
        YamlScalarNode scalar => ConfigValue.Of(scalar.Value ?? ""),
        _ => ConfigValue.Of(node.ToString()),
    };
}
