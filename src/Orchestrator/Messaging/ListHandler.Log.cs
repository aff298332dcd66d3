using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class ListHandler
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The list of node {Node} with {Count} executions is compared")]
    private partial void LogCompared(NodeId node, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} holds executions that were placed after this store's last one: the store is a restored backup. Executions that it does not know run on until somebody decides; see 'bacalhau node describe' and 'bacalhau node stop-held'")]
    private partial void LogRestored(NodeId node);
}
