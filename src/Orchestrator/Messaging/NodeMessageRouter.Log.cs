using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

internal sealed partial class NodeMessageRouter
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} sent a {Kind} that cannot be read: {Reason}")]
    private partial void LogUnreadable(NodeId node, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A {Kind} of node {Node} could not be stored; the node sends it again: {Reason}")]
    private partial void LogNotStored(NodeId node, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A {Kind} of node {Node} could not be handled")]
    private partial void LogFailed(Exception exception, NodeId node, string kind);
}
