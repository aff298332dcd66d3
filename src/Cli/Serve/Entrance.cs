using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Node;
using Bacalhau.Protocol.Links;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>How a compute node gets into its cluster, and how it learns that it was shut out.</summary>
internal sealed partial class Entrance(NodeConfig config, NodeIdentity identity, ComputeNode node, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>After this long without a connection the operator is told what may be wrong.</summary>
    private static readonly TimeSpan _connectPatience = TimeSpan.FromSeconds(5);

    /// <summary>How often a node without a connection asks whether it was shut out.</summary>
    private static readonly TimeSpan _watchInterval = TimeSpan.FromSeconds(15);

    private readonly ILogger logger = loggers.CreateLogger<Entrance>();

    /// <summary>Asks to join until it is answered.</summary>
    /// <param name="urls">Addresses of the orchestrators.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="NodeRefusedException">The node is not let in; what runs of it was stopped if it was shut out.</exception>
    public async Task JoinAsync(IReadOnlyList<string> urls, CancellationToken cancellation)
    {
        await using var link = MakeLink(urls);
        await ConnectAsync(link, urls, cancellation);
        try
        {
            await MakeClient(link).JoinAsync(identity.CreateJoinRequest(), cancellation);
        }
        catch (NodeRefusedException exception) when (exception.IsShutOut)
        {
            // An earlier process may have left something running.
            await node.ShutOutAsync();
            throw;
        }
    }

    /// <summary>Connects a link, and tells the operator what may be wrong if that takes long.</summary>
    /// <param name="link">The link.</param>
    /// <param name="urls">Addresses to name; null for the node's own orchestrator.</param>
    /// <param name="cancellation">Ends the trying.</param>
    public async Task ConnectAsync(NatsMessageLink link, IReadOnlyList<string>? urls, CancellationToken cancellation)
    {
        var connecting = link.ConnectAsync(cancellation);
        if (await Task.WhenAny(connecting, Task.Delay(_connectPatience, clock, cancellation)) != connecting && urls is not null)
        {
            LogNotConnected(logger, string.Join(", ", urls));
        }

        await connecting;
    }

    /// <summary>
    /// Whoever is rejected or deleted while the message server cannot reach it is not let in by it any more, and hears nothing. So a node without a connection
    /// asks by the door at which it joined.
    /// </summary>
    /// <param name="control">The node's connection.</param>
    /// <param name="urls">Addresses of the orchestrators.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <exception cref="NodeRefusedException">The node was shut out for good.</exception>
    public async Task WatchAsync(NatsMessageLink control, IReadOnlyList<string> urls, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_watchInterval, clock, cancellation);
            if (!control.IsConnected)
            {
                await AskWhyAsync(urls, cancellation);
            }
        }
    }

    private async Task AskWhyAsync(IReadOnlyList<string> urls, CancellationToken cancellation)
    {
        try
        {
            await using var link = MakeLink(urls);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(_connectPatience);
            await link.ConnectAsync(limit.Token);
            await MakeClient(link).AskWhyAsync(identity.CreateJoinRequest(), cancellation);
        }
        catch (NodeRefusedException exception) when (exception.IsShutOut)
        {
            await node.ShutOutAsync();
            if (!exception.MayReturn)
            {
                throw;
            }
        }
        catch (NodeRefusedException)
        {
            // Another node may have its name now; what this one runs is not to suffer from that.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nobody is there; the connection is tried again all the time.
        }
    }

    private JoinClient MakeClient(NatsMessageLink link) => new(link, clock, loggers.CreateLogger<JoinClient>());

    /// <summary>A connection that may do nothing but ask to join.</summary>
    private NatsMessageLink MakeLink(IReadOnlyList<string> urls) => new(
        new NatsLinkOptions
        {
            Urls = urls,
            Name = identity.Id.Value + "-join",
            User = config.Compute.Token.Length > 0 ? "join" : null,
            Password = config.Compute.Token.Length > 0 ? config.Compute.Token : null,
            AuthorityFile = config.Compute.CACert is { Length: > 0 } file ? file : null,
        },
        loggers.CreateLogger<NatsMessageLink>());

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to the orchestrator at {Urls} yet; trying on. See that it runs, that the address (Compute.Orchestrators) is right, and that Compute.Auth.Token is its Orchestrator.Auth.Token")]
    private static partial void LogNotConnected(ILogger logger, string urls);
}
