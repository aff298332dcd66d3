using Bacalhau.Core;

namespace Bacalhau.Orchestrator.Nats;

/// <summary>A node that may enter the message server by its own key.</summary>
/// <param name="Node">The node.</param>
/// <param name="PublicKey">Its public nkey.</param>
public sealed record NatsMember(NodeId Node, string PublicKey);
