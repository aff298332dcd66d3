using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Executions;

internal sealed partial class ReportOutbox
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The orchestrator does not take the report on execution {Execution}: {Reason}")]
    private partial void LogRejected(string execution, string reason);
}
