using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;
using static Bacalhau.Orchestrator.Messaging.NodeMessageHandlers;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>The orchestrator's side of the conversation with its nodes, put together: answers what they say, sends what they are to do, notices their silence.</summary>
public sealed class OrchestratorMessaging : IAsyncDisposable
{
    private static readonly MessageJson Json = MessageJson.Default;

    private readonly CancellationTokenSource stop = new();
    private readonly List<IAsyncDisposable> subscriptions = [];
    private readonly List<Task> loops = [];

    private OrchestratorMessaging(NodeGateway gateway, DataAsker asker) => (Gateway, Asker) = (gateway, asker);

    /// <summary>Reads logs and results from nodes.</summary>
    public NodeGateway Gateway { get; }

    /// <summary>Asks nodes which data they hold.</summary>
    internal DataAsker Asker { get; }

    /// <summary>How far executions are.</summary>
    public ReportedProgress Progress { get; } = new();

    /// <summary>What nodes keep of inputs.</summary>
    public ReportedCaches Caches { get; } = new();

    /// <summary>Begins. When it returns, nodes are heard.</summary>
    /// <param name="state">The state.</param>
    /// <param name="links">The connections; they stay the caller's.</param>
    /// <param name="options">How to speak with nodes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Where loggers come from.</param>
    public static async Task<OrchestratorMessaging> StartAsync(
        StateWriter state, MessagingLinks links, MessagingOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        var messaging = new OrchestratorMessaging(new NodeGateway(links.Bulk, state), new DataAsker(state, links.Control, clock));
        var signs = new SignsOfLife();
        var dispatcher = new Dispatcher(state, links.Control, options, clock, loggers.CreateLogger<NodeDispatch>());
        var logger = loggers.CreateLogger<NodeMessageRouter>();
        var control = new NodeMessageRouter(
            new Dictionary<string, NodeMessageHandler>
            {
                ["join"] = Of(Json.JoinRequest, Json.JoinAnswer, new JoinHandler(state, options, clock).HandleAsync),
                ["hello"] = Of(
                    Json.Hello, Json.Welcome, new HelloHandler(state, links.Control, options, loggers.CreateLogger<HelloHandler>()).HandleAsync),
                ["heartbeat"] = Of(
                    Json.Heartbeat,
                    Json.HeartbeatAnswer,
                    new HeartbeatHandler(state, signs, messaging.Progress, messaging.Caches, dispatcher, clock, loggers.CreateLogger<HeartbeatHandler>()).HandleAsync),
                ["goodbye"] = Of(Json.Goodbye, Json.Noted, new GoodbyeHandler(state).HandleAsync),
                ["report"] = Of(Json.ReportBatch, Json.ReportAck, new ReportHandler(state, signs, clock).HandleAsync),
                ["data"] = Of(Json.DataAnswers, Json.Noted, new DataHandler(state).HandleAsync),
                ["grant"] = Of(Json.GrantRequest, Json.GrantAnswer, new GrantHandler(state, signs, clock).HandleAsync),
                ["address"] = Of(Json.AddressRequest, Json.AddressAnswer, new AddressHandler(state, options.Managed, clock).HandleAsync),
            },
            options.MaxHandled,
            logger,
            messaging.stop.Token);
        var inputLists = new InputListHandler(state, clock);
        var bulk = new NodeMessageRouter(
            new Dictionary<string, NodeMessageHandler>
            {
                ["kept"] = Of(Json.KeptResults, Json.KeptAnswer, new KeptHandler(state).HandleAsync),
                ["spec"] = Of(Json.SpecRequest, Json.Piece, new SpecHandler(state).HandleAsync),
                ["inputs"] = Of(Json.InputListRequest, Json.InputListAnswer, inputLists.AskAsync),
                ["offer"] = Of(Json.InputListOffer, Json.InputListAnswer, inputLists.TakeAsync),
                ["list"] = Of(
                    Json.HoldingList,
                    Json.Noted,
                    new ListHandler(state, new HoldingLists(), signs, dispatcher, clock, loggers.CreateLogger<ListHandler>()).HandleAsync),
            },
            options.MaxHandled,
            logger,
            messaging.stop.Token);

        await messaging.HearAsync(links.Bulk, bulk);
        await messaging.HearAsync(links.Control, control);
        messaging.loops.Add(dispatcher.RunAsync(messaging.stop.Token));
        messaging.loops.Add(messaging.Asker.RunAsync(messaging.stop.Token));
        messaging.loops.Add(new LivenessLoop(state, signs, options.Liveness, clock, loggers.CreateLogger<LivenessLoop>()).RunAsync(messaging.stop.Token));
        return messaging;
    }

    /// <summary>Stops hearing nodes and sending to them. What is not acknowledged is sent by the next orchestrator.</summary>
    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        foreach (var subscription in subscriptions)
        {
            await subscription.DisposeAsync();
        }

        await Task.WhenAll(loops);
        stop.Dispose();
    }

    private async Task HearAsync(IMessageLink link, NodeMessageRouter router)
    {
        foreach (var subject in router.Heard)
        {
            subscriptions.Add(await link.SubscribeAsync(subject, router.TakeAsync, stop.Token));
        }
    }
}
