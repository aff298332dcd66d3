using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Bacalhau.Protocol.Links;

/// <summary>
/// A connection to a NATS server. It connects by itself, again after each loss, for as long as it lives; what is asked meanwhile waits for it, up to its own time limit.
/// </summary>
public sealed partial class NatsMessageLink : IMessageLink
{
    private readonly NatsConnection connection;
    private readonly ILogger logger;
    private bool wasOpen;

    /// <summary>Makes the link; <see cref="ConnectAsync"/> opens it.</summary>
    public NatsMessageLink(NatsLinkOptions options, ILogger<NatsMessageLink> logger)
    {
        this.logger = logger;
        connection = new NatsConnection(new NatsOpts
        {
            Url = string.Join(',', options.Urls),
            Name = options.Name,
            InboxPrefix = options.InboxPrefix,
            AuthOpts = options.Seed is null
                ? new NatsAuthOpts { Username = options.User, Password = options.Password }
                : new NatsAuthOpts { NKey = PublicKeyOf(options.Seed), Seed = options.Seed },
            TlsOpts = options.AuthorityFile is null ? NatsTlsOpts.Default : new NatsTlsOpts { CaFile = options.AuthorityFile },
            SubPendingChannelCapacity = options.PendingMessages,
            SuppressSlowConsumerWarnings = true,
            RetryOnInitialConnect = true,
            IgnoreAuthErrorAbort = true,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(100),
            ReconnectWaitMax = options.LongestReconnectWait,
            ReconnectJitter = TimeSpan.FromMilliseconds(100),
        });
        connection.MessageDropped += OnMessageDropped;
        connection.ConnectionOpened += OnOpened;
        connection.ConnectionDisconnected += OnDisconnected;
    }

    /// <inheritdoc/>
    public event Action? MessagesDropped;

    /// <summary>Whether there is a connection now.</summary>
    public bool IsConnected => connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>This side's address as the server sees it; empty before the first connection.</summary>
    public string OwnAddress => connection.ServerInfo?.ClientIp ?? "";

    /// <summary>Waits for the first connection, trying until it succeeds or <paramref name="cancellation"/> gives up.</summary>
    public async Task ConnectAsync(CancellationToken cancellation) => await connection.ConnectAsync().AsTask().WaitAsync(cancellation);

    /// <inheritdoc/>
    public async Task<LinkAnswer> RequestAsync(string subject, ReadOnlyMemory<byte> payload, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            var answer = await connection.RequestAsync(
                subject,
                payload,
                requestSerializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default,
                replySerializer: NatsRawSerializer<byte[]>.Default,
                replyOpts: new NatsSubOpts { Timeout = timeout },
                cancellationToken: limit.Token);
            return answer.HasNoResponders ? new LinkAnswer.NobodyThere() : new LinkAnswer.Answered(answer.Data ?? []);
        }
        catch (NatsNoRespondersException)
        {
            return new LinkAnswer.NobodyThere();
        }
        catch (NatsPayloadTooLargeException exception)
        {
            throw new ArgumentException($"A message of {payload.Length} bytes to {subject} is more than the NATS server takes.", nameof(payload), exception);
        }
        catch (NatsException)
        {
            return new LinkAnswer.NoAnswer();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new LinkAnswer.NoAnswer();
        }
    }

    /// <inheritdoc/>
    public async Task PublishAsync(string subject, ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        await connection.PublishAsync(subject, payload, serializer: NatsRawSerializer<ReadOnlyMemory<byte>>.Default, cancellationToken: cancellation);

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> SubscribeAsync(string subject, Func<LinkMessage, Task> handler, CancellationToken cancellation)
    {
        var subscription = await connection.SubscribeCoreAsync(subject, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellation);
        try
        {
            // The server takes commands in order, so its answer to a ping says that the subscription is in force.
            await connection.PingAsync(cancellation);
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }

        return new Subscription(subscription, PumpAsync(subscription, handler));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string PublicKeyOf(string seed)
    {
        using var pair = NATS.NKeys.KeyPair.FromSeed(seed);
        return pair.GetPublicKey();
    }

    private async Task PumpAsync(INatsSub<byte[]> subscription, Func<LinkMessage, Task> handler)
    {
        while (await subscription.Msgs.WaitToReadAsync())
        {
            while (subscription.Msgs.TryRead(out var message))
            {
                await HandleAsync(message, handler);
            }
        }
    }

    private async Task HandleAsync(NatsMsg<byte[]> message, Func<LinkMessage, Task> handler)
    {
        Func<ReadOnlyMemory<byte>, Task>? answer = message.ReplyTo is { } replyTo ? bytes => PublishAsync(replyTo, bytes, default) : null;
        try
        {
            await handler(new LinkMessage(message.Subject, message.Data ?? [], answer));
        }
        catch (Exception exception) // One message that a handler cannot take must not end the subscription.
        {
            LogHandlerFailed(message.Subject, exception);
        }
    }

    private ValueTask OnMessageDropped(object? sender, NatsMessageDroppedEventArgs arguments)
    {
        LogDropped(arguments.Subject, arguments.Pending);
        MessagesDropped?.Invoke();
        return ValueTask.CompletedTask;
    }

    private ValueTask OnOpened(object? sender, NatsEventArgs arguments)
    {
        LogOpened(connection.ServerInfo?.Host ?? "", connection.ServerInfo?.Port ?? 0);
        if (wasOpen)
        {
            // What was sent to us while we were away is gone.
            MessagesDropped?.Invoke();
        }

        wasOpen = true;
        return ValueTask.CompletedTask;
    }

    private ValueTask OnDisconnected(object? sender, NatsEventArgs arguments)
    {
        LogDisconnected(arguments.Message);
        return ValueTask.CompletedTask;
    }

    private sealed class Subscription(INatsSub<byte[]> subscription, Task pump) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await subscription.DisposeAsync();
            await pump;
        }
    }
}
