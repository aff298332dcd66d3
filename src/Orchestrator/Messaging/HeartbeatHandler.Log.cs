using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class HeartbeatHandler
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} holds other executions than it was asked to, as two heartbeats say; its list is asked for")]
    private partial void LogDiffers(NodeId node);
}
