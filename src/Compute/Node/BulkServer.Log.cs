using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class BulkServer
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A question on {Subject} cannot be answered")]
    private partial void LogNotAnswered(string subject, Exception exception);
}
