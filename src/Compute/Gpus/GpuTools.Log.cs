using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Gpus;

public sealed partial class GpuTools
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Program} finds no GPUs: {Reason}. Jobs get none of this maker's until the node is started again")]
    private partial void LogFailed(string program, string reason);
}
