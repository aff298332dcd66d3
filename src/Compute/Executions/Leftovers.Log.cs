using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

internal sealed partial class Leftovers
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "What execution {Execution} has left cannot be removed now; it is tried again")]
    private partial void LogNotDropped(string execution, Exception exception);
}
