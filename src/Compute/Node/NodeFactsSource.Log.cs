using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class NodeFactsSource
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Name} can be used on this node now")]
    private partial void LogAvailable(string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} cannot be used on this node now: {Reason}")]
    private partial void LogUnavailable(string name, string reason);
}
