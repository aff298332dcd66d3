namespace Bacalhau.Orchestrator.Nats;

/// <summary>The message server cannot be started; the message says why and what to do.</summary>
public sealed class NatsServerException(string message, Exception? inner = null) : Exception(message, inner);
