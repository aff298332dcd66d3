using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

public sealed partial class JoinClient
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} waits to be approved: an operator does that with \"bacalhau node approve {Node}\"")]
    private partial void LogPending(string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The orchestrator does not answer; the node goes on asking to join")]
    private partial void LogUnanswered();
}
