namespace Bacalhau.Protocol.Links;

/// <summary>
/// One connection to the message service. Transport only: messages may be lost, doubled, delayed and reordered; nothing is kept.
/// NATS in production, memory with faults in the simulator.
/// </summary>
public interface IMessageLink : IAsyncDisposable
{
    /// <summary>Asks and waits for one answer.</summary>
    /// <param name="subject">Where to.</param>
    /// <param name="payload">UTF-8 JSON, at most 512 KiB.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Gives up earlier.</param>
    Task<LinkAnswer> RequestAsync(string subject, ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Sends without an answer.</summary>
    Task PublishAsync(string subject, ReadOnlyMemory<byte> payload, CancellationToken cancellation);

    /// <summary>
    /// Begins to receive. When the returned task completes, the subscription is in force. Messages go to <paramref name="handler"/> one after the other, in order of
    /// arrival; a handler that wants concurrency starts it itself. Disposing the result ends it.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(string subject, Func<LinkMessage, Task> handler, CancellationToken cancellation);

    /// <summary>Called when messages were dropped because a handler was too slow; what follows is a comparison of lists.</summary>
    event Action? MessagesDropped;
}

/// <summary>A message received.</summary>
/// <param name="Subject">Where it was sent to.</param>
/// <param name="Payload">UTF-8 JSON; valid until the handler's task completes.</param>
/// <param name="Answer">Answers it; null if no answer is wanted.</param>
public sealed record LinkMessage(string Subject, ReadOnlyMemory<byte> Payload, Func<ReadOnlyMemory<byte>, Task>? Answer);

/// <summary>What became of a request.</summary>
public abstract record LinkAnswer
{
    private LinkAnswer()
    {
    }

    /// <summary>An answer came.</summary>
    /// <param name="Payload">UTF-8 JSON.</param>
    public sealed record Answered(ReadOnlyMemory<byte> Payload) : LinkAnswer;

    /// <summary>Nobody listens there.</summary>
    public sealed record NobodyThere : LinkAnswer;

    /// <summary>No answer came in time, or the connection is down; the request may have been handled all the same.</summary>
    public sealed record NoAnswer : LinkAnswer;
}
