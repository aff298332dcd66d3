using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class ListHandler
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The list of node {Node} with {Count} executions is compared")]
    private partial void LogCompared(NodeId node, int count);
}
