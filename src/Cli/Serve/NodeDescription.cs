using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Protocol.Http;

namespace Bacalhau.Cli.Serve;

/// <summary>What a node's own agent endpoints say of it.</summary>
internal static class NodeDescription
{
    private const string Masked = "********";
    private static readonly string[] _secrets = ["Token", "Password", "APIKey", "ConnectionString"];

    /// <summary>The node as it is now.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="compute">Its compute node; null for an orchestrator alone.</param>
    public static NodeInfoView Of(NodeId id, NodeConfig config, ComputeNode? compute)
    {
        var facts = compute?.Facts;
        var capacity = facts?.Capacity ?? default;
        return new NodeInfoView(
            id.Value,
            facts is null ? "Requester" : "Compute",
            facts?.Labels ?? NodeLabels.Of(TextMap.Of(config.Labels), id),
            ["bacalhau/v1"],
            new ComputeNodeInfoView(
                facts?.Engines,
                facts?.Publishers,
                facts?.InputSources,
                NodeStates.ResourcesOf(capacity),
                new ResourcesView(),
                NodeStates.ResourcesOf(capacity - (compute?.Used ?? default)),
                NodeStates.ResourcesOf(facts?.MaxJobRequirements ?? default),
                Address: facts?.AdvertisedAddress ?? ""),
            ProductVersion.Current);
    }

    /// <summary>The configuration as one JSON object, its secrets masked.</summary>
    public static JsonElement ConfigOf(ConfigSettings settings)
    {
        var document = ConfigJson.Document(settings, withEmptyGroups: true);
        Mask(document["Orchestrator"]?["Auth"]);
        Mask(document["Compute"]?["Auth"]);
        Mask(document["Orchestrator"]?["State"]);
        foreach (var user in document["API"]?["Auth"]?["Users"] as JsonArray ?? [])
        {
            Mask(user);
        }

        // The two keys that the reference writes even when they are empty.
        document["API"]!["TLS"]!["Insecure"] ??= false;
        document["FeatureFlags"] ??= new JsonObject();
        return JsonElement.Parse(document.ToJsonString());
    }

    private static void Mask(JsonNode? group)
    {
        // A file may write the names in any case.
        foreach (var name in (group as JsonObject)?.Select(entry => entry.Key).Where(key => _secrets.Contains(key, StringComparer.OrdinalIgnoreCase)).ToList() ?? [])
        {
            if (group![name]?.ToString() is { Length: > 0 })
            {
                group[name] = Masked;
            }
        }
    }
}
