using Bacalhau.Compute.Node;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Cli.Serve;

/// <summary>Makes the orchestrator's own node known, so that a hybrid needs nobody's approval and an orchestrator lists itself.</summary>
internal sealed class RegisterOwnNode(NodeIdentity identity, bool isCompute) : StateRequest<bool>
{
    public override bool Decide(StateContext context)
    {
        var known = context.Draft.Node(identity.Id);
        var node = (known ?? New(context)) with { PublicKey = isCompute ? identity.PublicKey : "", Membership = NodeMembership.Approved };
        context.Draft.Put(isCompute ? node : node with { Connection = NodeConnection.Connected, ConnectedSince = context.Now, LastSeenAt = context.Now });
        return known is null;
    }

    private ClusterNode New(StateContext context) => new()
    {
        Id = identity.Id,
        Key = context.NextNodeKey(),
        PublicKey = "",
        Facts = new NodeFacts
        {
            IsOrchestrator = true,
            Labels = NodeLabels.Of(Core.Jobs.TextMap.Empty, identity.Id),
            Version = Protocol.Http.ProductVersion.Current.GitVersion,
            Os = NodeLabels.Os,
            Arch = NodeLabels.Arch,
            Host = Environment.MachineName,
        },
        LastSeenAt = context.Now,
        DisconnectedSince = context.Now,
    };
}
