using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class NodeDispatch
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} cannot take batch {Number} now: {Reason}")]
    private partial void LogNotApplied(NodeId node, long number, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} expects batch {Expected} and was sent {Number}; its list is compared again")]
    private partial void LogWrongNumber(NodeId node, long expected, long number);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} rejected a wish for execution {Execution}: {Reason}")]
    private partial void LogRejected(NodeId node, string execution, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What node {Node} acknowledged could not be noted, and is tried again: {Reason}")]
    private partial void LogNotNoted(NodeId node, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Dispatch to node {Node} met an error and goes on")]
    private partial void LogFailed(Exception exception, NodeId node);
}
