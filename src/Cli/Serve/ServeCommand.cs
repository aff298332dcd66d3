using Bacalhau.Cli.Configuration;
using Bacalhau.Cli.Parsing;

namespace Bacalhau.Cli.Serve;

/// <summary><c>bacalhau serve</c>: runs a node until it is told to stop.</summary>
internal static class ServeCommand
{
    private static readonly Flag<bool> _orchestrator = Flags.Bool("orchestrator", "Run an orchestrator");
    private static readonly Flag<bool> _compute = Flags.Bool("compute", "Run a compute node");
    private static readonly Flag<string> _name = Flags.Text("name", "Name of the node; kept in the data folder at the first start");
    private static readonly Flag<bool> _rejoin = Flags.Bool("rejoin", "Join another cluster than the one joined before");

    /// <summary>The command.</summary>
    public static Command Create() => new("serve", "Run a node")
    {
        Details = """
            Run a node: an orchestrator, a compute node, or both.

            Examples:
              # An orchestrator that runs jobs too
              bacalhau serve --orchestrator --compute

              # A compute node of a cluster
              bacalhau serve --compute -c Compute.Orchestrators=nats://orchestrator:4222
            """,
        Flags = [_orchestrator, _compute, _name, _rejoin],
        Count = ArgumentCount.Any,
        RunAsync = RunAsync,
    };

    /// <summary>The configuration key that a flag sets; null if it sets none.</summary>
    public static ConfigKey? KeyOf(Flag<bool> flag) =>
        flag == _orchestrator ? OrchestratorKeys.Enabled : flag == _compute ? ComputeKeys.Enabled : null;

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var config = invocation.RequireConfig();
        if (!config.Orchestrator.Enabled && !config.Compute.Enabled)
        {
            invocation.Host.Error.WriteLine("Warning: neither --orchestrator nor --compute is set; running an orchestrator");
            config = config with { Orchestrator = config.Orchestrator with { Enabled = true } };
        }
        var options = new ServeOptions(invocation.Host, invocation.Settings, invocation.Get(_name), invocation.Get(_rejoin), StopsWork: false, IsQuiet: false);
        return NodeHost.RunAsync(config, options, cancellation);
    }
}

/// <summary>What a start of a node needs besides its configuration.</summary>
/// <param name="Host">The process around it.</param>
/// <param name="Settings">The settings that the configuration was read from, to be shown.</param>
/// <param name="Name">Name of the node; empty for the stored one, or one from the name provider.</param>
/// <param name="Rejoin">Whether it may join another cluster than before.</param>
/// <param name="StopsWork">Whether running work ends with the node whatever the configuration says.</param>
/// <param name="IsQuiet">Whether the lines for people are left out.</param>
/// <param name="Started">Is told the address of the API once the node serves; null if nobody wants to know.</param>
internal sealed record ServeOptions(
    CliHost Host, ConfigSettings Settings, string Name, bool Rejoin, bool StopsWork, bool IsQuiet, Action<Uri>? Started = null);
