using Bacalhau.Core;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

internal sealed partial class NodeActions
{
    [LoggerMessage(Level = LogLevel.Information, Message = "An operator asked for node {Node}: {Action}. {Why}")]
    private partial void LogDone(NodeId node, string action, string why);
}
