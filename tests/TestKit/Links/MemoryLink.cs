using Bacalhau.Protocol.Links;

namespace Bacalhau.TestKit.Links;

/// <summary>A connection to a <see cref="MemoryHub"/>. It keeps to the simulator's await rules.</summary>
public sealed class MemoryLink : IMessageLink
{
    private readonly MemoryHub hub;

    internal MemoryLink(MemoryHub hub, string name)
    {
        this.hub = hub;
        Name = name;
    }

    /// <inheritdoc/>
    public event Action? MessagesDropped;

    /// <summary>Name, by which fault rules know it.</summary>
    public string Name { get; }

    /// <summary>Whether nothing comes in or goes out.</summary>
    public bool IsCut { get; set; }

    /// <summary>Where what arrives is handled, as the loop of the process whose link it is; null for where it was carried.</summary>
    public SynchronizationContext? Context { get; set; }

    /// <summary>Whether it has been disposed, as when its process ends.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Tells the owner that messages were dropped, as a connection does that came back.</summary>
    public void TellDropped() => MessagesDropped?.Invoke();

    /// <inheritdoc/>
    public async Task<LinkAnswer> RequestAsync(string subject, ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellation.ThrowIfCancellationRequested();
        var listeners = hub.Listeners(subject);
        if (listeners.Count == 0 && !IsCut)
        {
            return new LinkAnswer.NobodyThere();
        }

        var answered = new TaskCompletionSource<LinkAnswer>();
        foreach (var listener in listeners)
        {
            Send(listener, subject, payload, bytes =>
            {
                var copy = Copy(bytes);
                hub.Carry(listener.Link, this, subject, isAnswer: true, () => answered.TrySetResult(new LinkAnswer.Answered(copy)));
                return Task.CompletedTask;
            });
        }

        try
        {
            return await answered.Task.WaitAsync(timeout, hub.Clock, cancellation);
        }
        catch (TimeoutException)
        {
            return new LinkAnswer.NoAnswer();
        }
    }

    /// <inheritdoc/>
    public Task PublishAsync(string subject, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellation.ThrowIfCancellationRequested();
        foreach (var listener in hub.Listeners(subject))
        {
            Send(listener, subject, payload, null);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> SubscribeAsync(string subject, Func<LinkMessage, Task> handler, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellation.ThrowIfCancellationRequested();
        var subscription = new MemorySubscription(hub, this, subject, handler);
        hub.Add(subscription);
        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Break();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends it at once, as the end of its process does.</summary>
    public void Break()
    {
        IsDisposed = true;
        hub.RemoveAllOf(this);
    }

    private void Send(MemorySubscription listener, string subject, ReadOnlyMemory<byte> payload, Func<ReadOnlyMemory<byte>, Task>? answer)
    {
        var copy = Copy(payload);
        hub.Carry(this, listener.Link, subject, isAnswer: false, () => listener.Take(new LinkMessage(subject, copy, answer)));
    }

    private static ReadOnlyMemory<byte> Copy(ReadOnlyMemory<byte> payload) => payload.Length <= MemoryHub.MaxPayloadBytes
        ? payload.ToArray()
        : throw new ArgumentException($"A message of {payload.Length} bytes is more than {MemoryHub.MaxPayloadBytes}.", nameof(payload));
}
