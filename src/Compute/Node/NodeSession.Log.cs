using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class NodeSession
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is connected to its orchestrator")]
    private partial void LogOpened(string node);
}
