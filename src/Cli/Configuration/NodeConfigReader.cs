using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>Makes a <see cref="NodeConfig"/> of settings.</summary>
internal static class NodeConfigReader
{
    /// <summary>The typed configuration, and all that is wrong with it; with errors among the problems it is not to be used.</summary>
    public static (NodeConfig Config, ImmutableArray<ConfigProblem> Problems) Read(ConfigSettings settings)
    {
        var reader = new ConfigReader(settings);
        var config = new NodeConfig(
            reader.Text("DataDir"),
            reader.OneOf("NameProvider", "hostname", "aws", "gcp", "uuid", "puuid"),
            reader.Map("Labels"),
            reader.Text("Plugins.Directory"),
            ApiConfigReader.Read(reader),
            new(reader.Flag("WebUI.Enabled"), reader.Text("WebUI.Listen"), reader.Text("WebUI.Backend")),
            OrchestratorConfigReader.Read(reader),
            ComputeConfigReader.Read(reader),
            new(Names(reader, "Engines.Disabled")),
            ExtensionConfigReader.Inputs(reader),
            ExtensionConfigReader.Publishers(reader),
            new(Names(reader, "ResultDownloaders.Disabled"), reader.Duration("ResultDownloaders.Timeout"), ExtensionConfigReader.Ipfs(reader, "ResultDownloaders.Types.IPFS.Endpoint")),
            ExtensionConfigReader.Admission(reader),
            ExtensionConfigReader.JobDefaults(reader),
            new(
                reader.OneOf("Logging.Level", "trace", "debug", "info", "warn", "error", "fatal", "panic"),
                reader.OneOf("Logging.Mode", "default", "json", "cmd"),
                reader.Duration("Logging.LogDebugInfoInterval")));
        reader.Duration("UpdateConfig.Interval", mayBeNegative: true);
        reader.Flag("DisableAnalytics");
        return (config, reader.Problems);
    }

    /// <summary>The typed configuration.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="warn">Is told each warning.</param>
    /// <exception cref="CliException">A value is bad; the message names all bad values.</exception>
    public static NodeConfig Required(ConfigSettings settings, Action<string> warn)
    {
        var (config, problems) = Read(settings);
        foreach (var warning in problems.Where(problem => problem.IsWarning))
            warn(warning.ToString());
        var errors = problems.Where(problem => !problem.IsWarning).ToList();
        return errors.Count == 0 ? config : throw new CliException(
            "the configuration is invalid:\n\n" + string.Join('\n', errors),
            "Run 'bacalhau config list' for the values in force, and where each comes from see --config, BACALHAU_* and config.yaml");
    }

    /// <summary>Names in lower case.</summary>
    public static ImmutableArray<string> Names(ConfigReader reader, string path) => [.. reader.List(path).Select(name => name.Trim().ToLowerInvariant())];
}
