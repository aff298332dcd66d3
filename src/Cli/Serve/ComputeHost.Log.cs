using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

internal sealed partial class ComputeHost
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Compute.AllocatedCapacity.GPU gives {Asked} GPUs to jobs, and {Found} were found on this machine: jobs get those")]
    private static partial void LogFewerGpus(ILogger logger, long asked, int found);
}
