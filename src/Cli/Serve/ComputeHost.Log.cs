using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

internal sealed partial class ComputeHost
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to the orchestrator at {Urls} yet; trying on. See that it runs, that the address (Compute.Orchestrators) is right, and that Compute.Auth.Token is its Orchestrator.Auth.Token")]
    private static partial void LogNotConnected(ILogger logger, string urls);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Compute.AllocatedCapacity.GPU gives {Asked} GPUs to jobs, and {Found} were found on this machine: jobs get those")]
    private static partial void LogFewerGpus(ILogger logger, long asked, int found);
}
