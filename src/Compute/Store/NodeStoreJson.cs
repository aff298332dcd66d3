using System.Text.Json.Serialization;

namespace Bacalhau.Compute.Store;

/// <summary>JSON of the node store's rows.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HeldExecution))]
[JsonSerializable(typeof(ClusterMemory))]
internal sealed partial class NodeStoreJson : JsonSerializerContext;
