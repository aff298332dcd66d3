using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class HelloHandler
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} on host {Host} opened session {Session}")]
    private partial void LogOpened(NodeId node, string host, SessionId session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} was refused a session ({Code}): {Reason}")]
    private partial void LogRefused(NodeId node, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} has seen term {Seen}, later than this store's {Term}: the store is a restored backup. Executions that it does not know run on until somebody decides; see 'bacalhau node describe' and 'bacalhau node stop-held'")]
    private partial void LogRestored(NodeId node, long seen, long term);
}
