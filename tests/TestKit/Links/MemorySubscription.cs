using Bacalhau.Protocol.Links;

namespace Bacalhau.TestKit.Links;

/// <summary>One subscription of a <see cref="MemoryLink"/>: hands messages to its handler one after the other.</summary>
internal sealed class MemorySubscription(MemoryHub hub, MemoryLink link, string subject, Func<LinkMessage, Task> handler) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Queue<LinkMessage> waiting = [];
    private bool isPumping;
    private bool isOver;
    private Task pump = Task.CompletedTask;

    internal MemoryLink Link => link;

    internal string Subject => subject;

    internal bool IsPattern { get; } = subject.AsSpan().ContainsAny('*', '>');

    internal void Take(LinkMessage message)
    {
        lock (gate)
        {
            if (isOver)
            {
                return;
            }

            waiting.Enqueue(message);
            if (isPumping)
            {
                return;
            }

            isPumping = true;
        }

        pump = PumpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        End();
        await pump;
    }

    internal void End()
    {
        hub.Remove(this);
        lock (gate)
        {
            isOver = true;
            waiting.Clear();
        }
    }

    private async Task PumpAsync()
    {
        while (Next() is { } message)
        {
            try
            {
                await handler(message);
            }
            catch (Exception exception) // As NATS: one message that a handler cannot take must not end the subscription.
            {
                hub.Failures.Add(exception);
            }
        }
    }

    private LinkMessage? Next()
    {
        lock (gate)
        {
            isPumping = waiting.TryDequeue(out var message);
            return message;
        }
    }
}
