using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.State;

public sealed partial class Retention
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Old jobs could not be deleted now; it is tried again later")]
    private partial void LogPutOff(Exception error);
}
