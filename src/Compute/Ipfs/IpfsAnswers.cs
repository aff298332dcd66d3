using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bacalhau.Compute.Ipfs;

/// <summary>Who a node is.</summary>
internal sealed record IpfsIdentity(string? ID, string? AgentVersion);

/// <summary>Why a node does not do something.</summary>
internal sealed record IpfsRefusal(string? Message);

/// <summary>Something that was added. Nodes say its size as a number or as a text, so it is not read.</summary>
internal sealed record IpfsAdded(string? Name, string? Hash);

/// <summary>What a node knows of content. Only Kubo says whether it is all there.</summary>
internal sealed record IpfsStat(bool? WithLocality, bool? Local, long? CumulativeSize);

/// <summary>Pins, by their CIDs.</summary>
internal sealed record IpfsPins(Dictionary<string, JsonElement>? Keys);

/// <summary>The answers of the RPC that are read.</summary>
[JsonSerializable(typeof(IpfsIdentity))]
[JsonSerializable(typeof(IpfsRefusal))]
[JsonSerializable(typeof(IpfsAdded))]
[JsonSerializable(typeof(IpfsStat))]
[JsonSerializable(typeof(IpfsPins))]
internal sealed partial class IpfsJson : JsonSerializerContext;
