using Bacalhau.Cli.Configuration;

namespace Bacalhau.Cli.Serve;

/// <summary>A node in this process.</summary>
internal static class NodeHost
{
    /// <summary>Runs the node until it is cancelled.</summary>
    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(NodeConfig config, ServeOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        options.Host.Error.WriteLine($"bacalhau: running a node is not here yet (data folder {config.DataDir})");
        return Task.FromResult(1);
    }
}
