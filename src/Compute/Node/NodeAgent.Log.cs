using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class NodeAgent
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The orchestrator gives this node no session yet: {Reason}")]
    private partial void LogNotWelcome(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The session is over; the node says hello again")]
    private partial void LogSessionOver();

    [LoggerMessage(Level = LogLevel.Error, Message = "The session ended by an error that should not be; the node says hello again")]
    private partial void LogSessionFailed(Exception exception);
}
