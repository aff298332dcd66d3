using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Http;

internal sealed partial class ApiPipeline
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string? path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The client of {Method} {Path} left before the answer")]
    private static partial void LogClientLeft(ILogger logger, string method, string? path);
}
