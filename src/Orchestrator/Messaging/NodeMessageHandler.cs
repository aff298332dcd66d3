using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Core;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>Handles one kind of message of nodes. It reads the payload before it first waits.</summary>
/// <param name="node">The sender, as the subject says.</param>
/// <param name="payload">UTF-8 JSON.</param>
/// <param name="cancellation">Ends when the orchestrator stops.</param>
/// <returns>The answer; null to leave the node without one, so that it asks again.</returns>
internal delegate Task<byte[]?> NodeMessageHandler(NodeId node, ReadOnlyMemory<byte> payload, CancellationToken cancellation);

/// <summary>Makes handlers of JSON out of handlers of messages.</summary>
internal static class NodeMessageHandlers
{
    /// <summary>A handler that reads the question and writes the answer.</summary>
    /// <exception cref="JsonException">The handler throws it for what cannot be read.</exception>
    public static NodeMessageHandler Of<TQuestion, TAnswer>(
        JsonTypeInfo<TQuestion> question, JsonTypeInfo<TAnswer> answer, Func<NodeId, TQuestion, CancellationToken, Task<TAnswer?>> handle)
        where TQuestion : Envelope
        where TAnswer : Envelope =>
        async (node, payload, cancellation) =>
        {
            var asked = JsonSerializer.Deserialize(payload.Span, question) ?? throw new JsonException("The message is null.");
            return await handle(node, asked, cancellation) is { } given ? JsonSerializer.SerializeToUtf8Bytes(given, answer) : null;
        };
}
