using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Gives each message of a node to the handler of its kind. Messages are handled side by side, up to a limit; beyond it they wait in the link.</summary>
/// <param name="handlers">Handlers by kind; other kinds are ignored.</param>
/// <param name="maxHandled">The limit.</param>
/// <param name="logger">Where trouble is told.</param>
/// <param name="cancellation">Ends when the orchestrator stops.</param>
internal sealed partial class NodeMessageRouter(
    IReadOnlyDictionary<string, NodeMessageHandler> handlers, int maxHandled, ILogger logger, CancellationToken cancellation)
{
    private const string Join = "join";
    private int handled;

    /// <summary>What is to be heard for it.</summary>
    public IEnumerable<string> Heard =>
        handlers.Keys.Order(StringComparer.Ordinal).Select(kind => kind == Join ? Subjects.Join : Subjects.FromAnyNode(kind));

    /// <summary>Takes a message from the link.</summary>
    public Task TakeAsync(LinkMessage message)
    {
        if (Read(message.Subject) is not var (node, kind) || !handlers.TryGetValue(kind, out var handler))
        {
            return Task.CompletedTask;
        }

        var handling = HandleAsync(node, kind, handler, message);
        return Volatile.Read(ref handled) > maxHandled ? handling : Task.CompletedTask;
    }

    /// <summary>Who asks to join says in the message who it is, and proves it.</summary>
    private static (NodeId Node, string Kind)? Read(string subject) =>
        subject == Subjects.Join ? (new NodeId("(joining)"), Join) : Subjects.ParseFromNode(subject);

    private async Task HandleAsync(NodeId node, string kind, NodeMessageHandler handler, LinkMessage message)
    {
        Interlocked.Increment(ref handled);
        try
        {
            if (await handler(node, message.Payload, cancellation) is { } answer && message.Answer is { } send)
            {
                await send(answer);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The orchestrator stops; the node asks the next one.
        }
        catch (JsonException exception)
        {
            LogUnreadable(node, kind, exception.Message);
        }
        catch (StoreUnavailableException exception)
        {
            LogNotStored(node, kind, exception.Message);
        }
        catch (Exception exception) // The loop's edge: one message must not end the others; its node gets no answer and asks again.
        {
            LogFailed(exception, node, kind);
        }
        finally
        {
            Interlocked.Decrement(ref handled);
        }
    }
}
