using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

internal sealed partial class NodeExecutions
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Work on execution {Execution} ended without an end that could be saved")]
    private partial void LogWorkFailed(string execution, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} executions do not let go in time; the next start takes them up")]
    private partial void LogStillAtWork(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What execution {Execution} has left cannot be removed now")]
    private partial void LogNotRemoved(string execution, Exception exception);
}
