using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Orchestrator.Tests.Http;

/// <summary>
/// Nodes in the states in which the recorded ones were, as <c>requester,compute/pending,compute/rejected/lost</c>: approved and connected unless said
/// otherwise, in the order of their ids. With <c>busy</c> the first has more to run than it has room for.
/// </summary>
internal static class NodeScene
{
    /// <summary>Makes the nodes.</summary>
    /// <returns>The last one's id, or one that no node has.</returns>
    public static async Task<string> BuildAsync(ApiCluster cluster, Scenes scenes, string nodes)
    {
        var id = "n-00000000-0000-4000-8000-000000000000";
        foreach (var (index, words) in nodes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(node => node.Split('/')).Index())
        {
            id = $"n-{index + 1}0000000-0000-4000-8000-000000000000";
            var node = await cluster.JoinAsync(id);
            if (words.Contains("busy"))
            {
                await scenes.SubmitAsync("busy", "default", "{}", count: 300);
                await cluster.PlanAsync();
            }

            await cluster.RunAsync(context =>
            {
                context.Draft.Put(As(words, context.Draft.Node(node.Id)!, context.Now));
                return true;
            });
        }

        return id;
    }

    private static ClusterNode As(string[] words, ClusterNode node, DateTimeOffset now)
    {
        node = node with
        {
            Facts = words.Contains("requester") ? new NodeFacts { IsOrchestrator = true, Labels = node.Facts.Labels, Version = node.Facts.Version } : node.Facts,
            Membership = words.Contains("rejected") ? NodeMembership.Rejected : words.Contains("pending") ? NodeMembership.Pending : NodeMembership.Approved,
        };
        return words.Contains("lost")
            ? node with { Connection = NodeConnection.Lost, Session = null, DisconnectedSince = now, LostSince = now, LastError = "no sign of life" }
            : node;
    }
}
