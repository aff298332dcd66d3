using System.Text.Json.Serialization;

namespace Bacalhau.Protocol.Messages;

/// <summary>JSON of all messages between orchestrator and nodes: camel case, enums by name, nulls left out, unknown fields ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(Welcome))]
[JsonSerializable(typeof(HoldingList))]
[JsonSerializable(typeof(Noted))]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(Goodbye))]
[JsonSerializable(typeof(Ping))]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(BatchAck))]
[JsonSerializable(typeof(ReportBatch))]
[JsonSerializable(typeof(ReportAck))]
[JsonSerializable(typeof(GrantRequest))]
[JsonSerializable(typeof(GrantAnswer))]
[JsonSerializable(typeof(DataAsk))]
[JsonSerializable(typeof(DataAnswers))]
[JsonSerializable(typeof(AddressRequest))]
[JsonSerializable(typeof(AddressAnswer))]
[JsonSerializable(typeof(KeptResults))]
[JsonSerializable(typeof(KeptAnswer))]
[JsonSerializable(typeof(SpecRequest))]
[JsonSerializable(typeof(Piece))]
[JsonSerializable(typeof(InputListRequest))]
[JsonSerializable(typeof(InputListOffer))]
[JsonSerializable(typeof(InputListAnswer))]
[JsonSerializable(typeof(LogRequest))]
[JsonSerializable(typeof(ResultRequest))]
public sealed partial class MessageJson : JsonSerializerContext;
