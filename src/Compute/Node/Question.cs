using System.Text.Json.Serialization.Metadata;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Compute.Node;

/// <summary>A kind of question that a node asks its orchestrator.</summary>
/// <param name="Kind">Last part of the subject.</param>
/// <param name="Asked">JSON of the question.</param>
/// <param name="Answered">JSON of the answer.</param>
/// <param name="Timeout">How long to wait for the answer.</param>
/// <param name="IsLong">Whether it goes over the second connection, so that it cannot push out what is short.</param>
internal sealed record Question<TQuestion, TAnswer>(
    string Kind, JsonTypeInfo<TQuestion> Asked, JsonTypeInfo<TAnswer> Answered, TimeSpan Timeout, bool IsLong = false)
    where TQuestion : Envelope
    where TAnswer : Envelope;

/// <summary>The questions of the protocol.</summary>
internal static class Questions
{
    private static readonly TimeSpan _usual = TimeSpan.FromSeconds(5);

    public static readonly Question<Hello, Welcome> Hello = new("hello", MessageJson.Default.Hello, MessageJson.Default.Welcome, _usual);

    public static readonly Question<HoldingList, Noted> List = new("list", MessageJson.Default.HoldingList, MessageJson.Default.Noted, _usual, IsLong: true);

    public static readonly Question<Heartbeat, HeartbeatAnswer> Heartbeat =
        new("heartbeat", MessageJson.Default.Heartbeat, MessageJson.Default.HeartbeatAnswer, _usual);

    public static readonly Question<ReportBatch, ReportAck> Report = new("report", MessageJson.Default.ReportBatch, MessageJson.Default.ReportAck, _usual);

    public static readonly Question<GrantRequest, GrantAnswer> Grant = new("grant", MessageJson.Default.GrantRequest, MessageJson.Default.GrantAnswer, _usual);

    public static readonly Question<AddressRequest, AddressAnswer> Address = new("address", MessageJson.Default.AddressRequest, MessageJson.Default.AddressAnswer, _usual);

    public static readonly Question<KeptResults, KeptAnswer> Kept = new("kept", MessageJson.Default.KeptResults, MessageJson.Default.KeptAnswer, _usual, IsLong: true);

    public static readonly Question<SpecRequest, Piece> Spec = new("spec", MessageJson.Default.SpecRequest, MessageJson.Default.Piece, _usual, IsLong: true);

    public static readonly Question<InputListRequest, InputListAnswer> InputList =
        new("inputs", MessageJson.Default.InputListRequest, MessageJson.Default.InputListAnswer, _usual, IsLong: true);

    public static readonly Question<InputListOffer, InputListAnswer> InputListOffer =
        new("offer", MessageJson.Default.InputListOffer, MessageJson.Default.InputListAnswer, _usual, IsLong: true);

    public static readonly Question<Goodbye, Noted> Goodbye = new("goodbye", MessageJson.Default.Goodbye, MessageJson.Default.Noted, TimeSpan.FromSeconds(1));
}
