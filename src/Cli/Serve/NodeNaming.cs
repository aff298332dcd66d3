using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Serve;

/// <summary>How a node that has no name yet gets one.</summary>
internal static class NodeNaming
{
    /// <summary>The name for a first start; null to keep the stored one, or to get a random one.</summary>
    /// <exception cref="CliException">The name provider is not available.</exception>
    public static string? Choose(NodeConfig config, ServeOptions options)
    {
        var file = Path.Combine(config.DataDir, "node.id");
        if (File.Exists(file))
        {
            if (options.Name.Length > 0 && File.ReadAllText(file).Trim() is var stored && stored != options.Name)
            {
                options.Host.Error.WriteLine($"Warning: this node is named {stored}; --name {options.Name} is ignored");
            }

            return null;
        }

        return options.Name.Length > 0 ? options.Name : config.NameProvider switch
        {
            "hostname" => Environment.MachineName.Replace('.', '-'),
            "uuid" => Guid.NewGuid().ToString("D"),
            "puuid" => null,
            var other => throw new CliException($"the name provider '{other}' is not available in this release", "Use puuid, uuid or hostname, or name the node with --name"),
        };
    }
}
