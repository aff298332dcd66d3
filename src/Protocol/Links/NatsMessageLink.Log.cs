using Microsoft.Extensions.Logging;

namespace Bacalhau.Protocol.Links;

public sealed partial class NatsMessageLink
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to NATS at {Host}:{Port}")]
    private partial void LogOpened(string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to NATS is lost, and is being tried again: {Reason}")]
    private partial void LogDisconnected(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message to {Subject} was dropped with {Pending} waiting, because they are handled too slowly")]
    private partial void LogDropped(string subject, int pending);

    [LoggerMessage(Level = LogLevel.Error, Message = "A message to {Subject} could not be handled")]
    private partial void LogHandlerFailed(string subject, Exception exception);
}
