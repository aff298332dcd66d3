using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

public sealed partial class ComputeNode
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Folders of earlier executions cannot be removed now")]
    private partial void LogWorkspaceNotSwept(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} has stopped; nothing of it runs on")]
    private partial void LogStopped(string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} has stopped; {Count} executions run on or are taken up at the next start: {Executions}")]
    private partial void LogStoppedWhileRunning(string node, int count, string executions);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} was shut out of the cluster by an operator; {Count} executions were stopped")]
    private partial void LogShutOut(string node, int count);
}
