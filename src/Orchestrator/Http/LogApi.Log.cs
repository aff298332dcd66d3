using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

internal sealed partial class LogApi
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Streaming {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string? path);
}
