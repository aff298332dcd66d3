using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class LivenessLoop
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} is {Connection}: {Reason}")]
    private partial void LogSilent(NodeId node, NodeConnection connection, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Silent nodes could not be judged; it is tried again")]
    private partial void LogFailed(Exception exception);
}
