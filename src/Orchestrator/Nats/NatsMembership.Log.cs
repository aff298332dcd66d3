using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Nats;

public sealed partial class NatsMembership
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The message server knows {Count} nodes now")]
    private partial void LogChanged(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The message server could not be told which nodes take part; it is tried again")]
    private partial void LogFailed(Exception exception);
}
