using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Orchestrator.Http;

/// <summary>Shows nodes as the API does (spec: job-model.md §9).</summary>
public static class NodeStates
{
    /// <summary>What nodes and orchestrator speak with each other.</summary>
    private static readonly ImmutableArray<string> _protocols = ["bacalhau/v1"];

    /// <summary>A node of the cluster.</summary>
    public static NodeStateView ViewOf(ClusterNode node, ClusterSnapshot snapshot, InputCacheNote? cache = null)
    {
        var isConnected = node.Connection == NodeConnection.Connected;
        var status = isConnected ? "CONNECTED" : "DISCONNECTED";
        return new NodeStateView(
            InfoOf(node, snapshot, isConnected),
            MembershipOf(node),
            status,
            new ConnectionStateView(
                status,
                node.LastSeenAt,
                0,
                0,
                node.ConnectedSince,
                node.DisconnectedSince,
                TroubleOf(node),
                node.LostSince),
            node.Drain is { } drain ? new NodeDrainView(drain.Since, drain.Deadline) : null,
            HeldOn(node),
            cache is null ? null : new InputCacheView(cache.Bytes, cache.MaxBytes, cache.Hits, cache.Misses));
    }

    /// <summary>Membership as the API names it.</summary>
    public static string MembershipOf(ClusterNode node) => node.Membership switch
    {
        NodeMembership.Approved => "APPROVED",
        NodeMembership.Rejected => "REJECTED",
        _ => "PENDING",
    };

    /// <summary>Amounts as the API shows them: whole cores and thousandths of them, nothing below zero.</summary>
    public static ResourcesView ResourcesOf(ResourceAmount amount) => new(
        Math.Max(0, amount.CpuMillis) / 1000.0, Math.Max(0, amount.MemoryBytes), Math.Max(0, amount.DiskBytes), Math.Max(0, amount.Gpus));

    /// <summary>Why it is not connected; else why it takes nothing new.</summary>
    private static string? TroubleOf(ClusterNode node) =>
        node.LastError.Length > 0 ? node.LastError
        : node.Unwell.Length > 0 ? node.Unwell
        : null;

    private static ImmutableArray<HeldExecutionView>? HeldOn(ClusterNode node)
    {
        var held = node.Strangers.Where(pair => pair.Value.Wish == StrangerWish.Hold)
            .Select(pair => new HeldExecutionView(pair.Key.Value, pair.Value.Job.Value, pair.Value.Since));
        return held.Any() ? [.. held] : null;
    }

    private static NodeInfoView InfoOf(ClusterNode node, ClusterSnapshot snapshot, bool isConnected)
    {
        var facts = node.Facts;
        var running = node.Executions.Select(id => snapshot.Executions.GetValueOrDefault(id)).Where(execution => execution is { HoldsRoom: true, InLine: false });
        var queued = node.Line.Select(place => snapshot.Executions.GetValueOrDefault(place.Execution))
            .Aggregate(ResourceAmount.Zero, (sum, execution) => sum + (execution?.Amount ?? ResourceAmount.Zero));
        return new NodeInfoView(
            node.Id.Value,
            facts is { IsOrchestrator: true, IsCompute: false } ? "Requester" : "Compute",
            facts.Labels,
            _protocols,
            new ComputeNodeInfoView(
                facts.IsCompute ? facts.Engines : null,
                facts.IsCompute ? facts.Publishers : null,
                facts.IsCompute ? facts.InputSources : null,
                ResourcesOf(facts.Capacity),
                ResourcesOf(isConnected ? queued : ResourceAmount.Zero),
                ResourcesOf(isConnected ? node.Free : ResourceAmount.Zero),
                ResourcesOf(facts.MaxJobRequirements),
                running.Count(),
                node.Line.Count,
                facts.AdvertisedAddress),
            VersionOf(facts));
    }

    private static BuildVersionView VersionOf(NodeFacts facts)
    {
        var isKnown = ClientVersion.TryParse(facts.Version, out var version);
        return new BuildVersionView(
            isKnown ? $"{version.Major}" : null, isKnown ? $"{version.Minor}" : null, facts.Version, "", default, facts.Os, facts.Arch);
    }
}
