using Bacalhau.Protocol.Links;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>The orchestrator's two connections. Whatever is large goes over the second one, so that it cannot push out control messages.</summary>
/// <param name="Control">Sessions, wishes, reports.</param>
/// <param name="Bulk">Specs, logs, results.</param>
public sealed record MessagingLinks(IMessageLink Control, IMessageLink Bulk);
