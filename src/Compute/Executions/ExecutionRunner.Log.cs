using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

internal sealed partial class ExecutionRunner
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Execution {Execution} fails, because of an error that should not be")]
    private partial void LogUnexpected(string execution, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is left of execution {Execution} cannot be removed now")]
    private partial void LogNotCleaned(string execution, Exception exception);
}
