using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Orchestrator.Http;

/// <summary>What the agent endpoints show of the process they run in.</summary>
public sealed record AgentServices
{
    /// <summary>This node.</summary>
    public required NodeId NodeId { get; init; }

    /// <summary>Version of this program.</summary>
    public required BuildVersionView Version { get; init; }

    /// <summary>What this node is and offers at the moment.</summary>
    public required Func<NodeInfoView> Node { get; init; }

    /// <summary>The configuration as an object, secrets masked (spec: http-api.md §4).</summary>
    public required Func<JsonElement> Config { get; init; }

    /// <summary>Nodes that this node knows of; null when it is no orchestrator.</summary>
    public Func<IEnumerable<NodeStateView>>? KnownNodes { get; init; }
}
