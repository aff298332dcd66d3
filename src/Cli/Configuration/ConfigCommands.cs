using System.Text.Json.Nodes;
using Bacalhau.Cli.Output;
using Bacalhau.Cli.Parsing;
using Bacalhau.Protocol.Json;

namespace Bacalhau.Cli.Configuration;

/// <summary><c>bacalhau config</c>: shows and changes the configuration.</summary>
internal static class ConfigCommands
{
    private static readonly OutputFlags _output = OutputFlags.With(OutputFormat.Table, pretty: true);

    /// <summary>Its own meaning of <c>--config</c>: the file to write.</summary>
    private static readonly Flag<System.Collections.Immutable.ImmutableArray<string>> _file = new(
        "config", 'c', "string", "Configuration file to write", [], (previous, isFirst, text) => isFirst ? [text] : previous.Add(text));

    /// <summary>The group.</summary>
    public static Command Create() => new("config", "Show and change the configuration")
    {
        Children =
        [
            new("list", "Show all configuration keys with their values")
            {
                Flags = _output.Tabular,
                Count = ArgumentCount.Any,
                RunAsync = ListAsync,
            },
            new("set", "Write a value into the configuration file")
            {
                Arguments = "KEY=VALUE",
                Details = """
                    Write a value into the configuration file.

                    Examples:
                      bacalhau config set API.Port=1234
                      bacalhau config set --config node.yaml Labels=zone=a,disk=ssd
                    """,
                Flags = [_file],
                Count = ArgumentCount.AtLeast(1),
                RunAsync = SetAsync,
            },
        ],
    };

    private static Task<int> ListAsync(Invocation invocation, CancellationToken cancellation)
    {
        var settings = invocation.Settings;
        var writer = new ResultWriter(invocation, _output);
        ErrorText.WriteWarnings(invocation.Host, [.. settings.Warnings.Select(warning => warning.ToString())]);
        if (writer.Format == OutputFormat.Yaml)
        {
            invocation.Host.Output.WriteLine(YamlText.OfConfig(ConfigJson.Document(settings)));
            return Task.FromResult(0);
        }
        var keys = ConfigCatalog.All.OrderBy(key => key.Path, StringComparer.Ordinal).ToList();
        writer.WriteList(
            keys,
            [
                new("Key", key => key.Path),
                new("Value", key => settings[key].ToString()) { Wrap = 80 },
                new("Description", key => key.Description) { Wrap = 80 },
            ],
            () => new JsonArray([.. keys.Select(key => new JsonObject
            {
                ["Key"] = key.Path,
                ["Value"] = ConfigJson.Of(key, settings[key]),
                ["Description"] = key.Description,
            })]).ToJsonString(new() { Encoder = GoJsonEncoder.Html }));
        return Task.FromResult(0);
    }

    private static Task<int> SetAsync(Invocation invocation, CancellationToken cancellation)
    {
        var words = invocation.Words;
        var equals = words[0].IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 && words.Length < 2)
            throw new CliException("must provide both key and value, or key=value", "For example: bacalhau config set API.Port=1234");
        var path = FileToWrite(invocation);
        if (equals < 0)
            invocation.Host.Output.WriteLine("Writing a value as a word of its own is an old form: use 'config set <key>=<value>'");
        invocation.Host.Output.WriteLine($"Writing config to {path}");
        ConfigFileEditor.Set(
            path, equals < 0 ? words[0] : words[0][..equals], equals < 0 ? [.. words.Skip(1)] : [words[0][(equals + 1)..]], invocation.Host);
        return Task.FromResult(0);
    }

    private static string FileToWrite(Invocation invocation)
    {
        var files = invocation.Get(_file);
        if (files.Length > 1)
            throw new CliException("single config file can be set", "Name one file to write with --config");
        if (files.Length == 0)
        {
            NodeConfigReader.Required(invocation.Settings, _ => { });
            return invocation.Settings.File ?? Path.Combine(invocation.Settings[GeneralKeys.DataDir].ToString(), "config.yaml");
        }
        if (!files[0].EndsWith(".yaml", StringComparison.Ordinal) && !files[0].EndsWith(".yml", StringComparison.Ordinal))
            throw new CliException("config file must end with '.yaml' or '.yml'");
        var path = invocation.Host.PathOf(files[0]);
        return File.Exists(path) ? path : throw new CliException($"specified configuration file doesn't exist: {files[0]}");
    }
}
