using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Nats;

public sealed partial class NatsServer
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The message server {Path} {Version} listens on {Host}:{Port}")]
    private partial void LogListens(string path, string version, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The message server is open to the network: whoever reaches {Host}:{Port} can ask to join as a node. Set Orchestrator.Auth.Token to ask for a password")]
    private partial void LogOpen(string host, int port);

    [LoggerMessage(Level = LogLevel.Error, Message = "The message server ended with {ExitCode}; it is started again in {Pause}")]
    private partial void LogDied(int exitCode, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "The message server cannot be started again, and is tried once more in {Pause}: {Reason}")]
    private partial void LogNotStarted(TimeSpan pause, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "nats-server: {Line}")]
    private partial void LogLine(string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nats-server: {Line}")]
    private partial void LogTrouble(string line);
}
