using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Orchestrator.Tests.Messaging;

/// <summary>A node process whose every step is the test's: it answers pings, takes batches in and says what it is told to say.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    private static readonly MessageJson Json = MessageJson.Default;
    private readonly MemoryHub hub;
    private readonly NodeId id;
    private string cluster = "";

    public ScriptedNode(MemoryHub hub, NodeId id, string bootId)
    {
        (this.hub, this.id, BootId) = (hub, id, bootId);
        Link = hub.Connect($"{id}/{bootId}");
    }

    public MemoryLink Link { get; }

    public string BootId { get; }

    public string Session { get; private set; } = "";

    /// <summary>Batches in the order in which they came, doubles included.</summary>
    public ImmutableList<Batch> Batches { get; private set; } = [];

    public long AppliedBatch { get; private set; }

    public long HighestTerm { get; set; }

    private long Lists { get; set; }

    /// <summary>What it answers to a batch; null to stay silent.</summary>
    public Func<Batch, BatchAck?> OnBatch { get; set; } = batch => new BatchAck { Number = batch.Number, Applied = true };

    /// <summary>Forgets the batches that came so far.</summary>
    public void ForgetBatches() => Batches = [];

    public IEnumerable<string> Verbs => Batches.SelectMany(batch => batch.Instructions).Select(instruction => instruction.Verb);

    public async Task<Welcome> HelloAsync(NodeFacts? facts = null)
    {
        var welcome = await AskAsync(
            "hello",
            new Hello { NodeId = id.Value, BootId = BootId, HighestTerm = HighestTerm, Facts = facts ?? Facts() },
            Json.Hello,
            Json.Welcome);
        if (welcome!.Refused.Length == 0)
        {
            (Session, cluster, AppliedBatch) = (welcome.GivenSession, welcome.Cluster, 0);
            var session = new SessionId(Session);
            await Link.SubscribeAsync(Subjects.PingOfNode(id, session), PongAsync, default);
            await Link.SubscribeAsync(Subjects.ToNode(id, session), TakeAsync, default);
        }

        return welcome;
    }

    /// <summary>Says hello and lists what it holds.</summary>
    public async Task<ScriptedNode> BeginAsync(params Holding[] holdings)
    {
        Assert.Equal("", (await HelloAsync()).Reason);
        await ListAsync(holdings);
        return this;
    }

    public Task<Noted?> ListAsync(params Holding[] holdings) => ListAsync(AppliedBatch, holdings);

    public Task<Noted?> ListAsync(long appliedBatch, params Holding[] holdings) => AskAsync(
        "list", new HoldingList { Number = ++Lists, IsLast = true, AppliedBatch = appliedBatch, Items = holdings }, Json.HoldingList, Json.Noted);

    /// <summary>Sends a piece of a list that does not end.</summary>
    public Task<Noted?> SendPieceAsync(int piece) => AskAsync("list", new HoldingList { Number = 1, Piece = piece }, Json.HoldingList, Json.Noted);

    public Task<HeartbeatAnswer?> HeartbeatAsync(
        string hash = "", string unwell = "", bool hasMissed = false, ExecutionProgressNote[]? progress = null) => AskAsync(
        "heartbeat",
        new Heartbeat { AppliedBatch = AppliedBatch, HoldingsHash = hash, Unwell = unwell, HasMissed = hasMissed, Progress = progress },
        Json.Heartbeat,
        Json.HeartbeatAnswer);

    public Task<Noted?> GoodbyeAsync(params string[] stopped) => AskAsync("goodbye", new Goodbye { Stopped = stopped }, Json.Goodbye, Json.Noted);

    public Task<ReportAck?> ReportAsync(params ExecutionReport[] reports) =>
        AskAsync("report", new ReportBatch { Reports = reports }, Json.ReportBatch, Json.ReportAck);

    public Task<GrantAnswer?> GrantAsync(string execution) =>
        AskAsync("grant", new GrantRequest { ExecutionId = execution }, Json.GrantRequest, Json.GrantAnswer);

    public Task<AddressAnswer?> AddressAsync(string execution, bool isWithdrawal = false) =>
        AskAsync("address", new AddressRequest { ExecutionId = execution, IsWithdrawal = isWithdrawal }, Json.AddressRequest, Json.AddressAnswer);

    public Task<KeptAnswer?> KeptAsync(params string[] executions) =>
        AskAsync("kept", new KeptResults { Executions = executions }, Json.KeptResults, Json.KeptAnswer);

    public Task<Piece?> SpecAsync(string execution, string job, long offset = 0) => AskAsync(
        "spec", new SpecRequest { ExecutionId = execution, JobId = job, JobVersion = 1, Offset = offset }, Json.SpecRequest, Json.Piece);

    public Task<InputListAnswer?> AskListAsync(string execution, long offset = 0, string list = "0/0") => AskAsync(
        "inputs", new InputListRequest { ExecutionId = execution, List = list, Offset = offset }, Json.InputListRequest, Json.InputListAnswer);

    public Task<InputListAnswer?> OfferPieceAsync(InputListOffer piece) => AskAsync("offer", piece, Json.InputListOffer, Json.InputListAnswer);

    /// <summary>Offers a list in pieces, as long as more of it is wanted.</summary>
    public async Task<InputListAnswer> OfferAsync(string execution, byte[] bytes, string list = "0/0", int pieceBytes = 100_000)
    {
        for (var offset = 0; ;)
        {
            var answer = (await OfferPieceAsync(Offer(execution, bytes, offset, pieceBytes) with { List = list }))!;
            if (answer is not { Digest: "", Refused: "", TryLater: false })
            {
                return answer;
            }

            offset = (int)answer.Next;
        }
    }

    /// <summary>A piece of an offered list.</summary>
    public static InputListOffer Offer(string execution, byte[] bytes, int offset, int pieceBytes = 100_000) => new()
    {
        ExecutionId = execution,
        List = "0/0",
        Digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
        Total = bytes.Length,
        Offset = offset,
        Bytes = bytes[offset..Math.Min(bytes.Length, offset + pieceBytes)],
    };

    /// <summary>Ends as after kill -9.</summary>
    public ValueTask DisposeAsync() => Link.DisposeAsync();

    public static NodeFacts Facts() => new()
    {
        IsCompute = true,
        Engines = ["wasm"],
        Host = "machine",
        Capacity = new ResourceAmount(4000, 8L << 30, 100L << 30, 8),
        MaxJobRequirements = new ResourceAmount(4000, 8L << 30, 100L << 30, 8),
    };

    private async Task<TAnswer?> AskAsync<TQuestion, TAnswer>(
        string kind, TQuestion question, JsonTypeInfo<TQuestion> questionJson, JsonTypeInfo<TAnswer> answerJson)
        where TQuestion : Envelope
        where TAnswer : class
    {
        var addressed = (TQuestion)((Envelope)question with { Cluster = cluster, Session = Session });
        var answer = await Link.RequestAsync(
            Subjects.FromNode(id, kind), JsonSerializer.SerializeToUtf8Bytes(addressed, questionJson), TimeSpan.FromSeconds(10), default);
        return answer is LinkAnswer.Answered(var bytes) ? JsonSerializer.Deserialize(bytes.Span, answerJson) : null;
    }

    private Task PongAsync(LinkMessage message) =>
        message.Answer!(JsonSerializer.SerializeToUtf8Bytes(new Pong { BootId = BootId, Session = Session, Cluster = cluster }, Json.Pong));

    private Task TakeAsync(LinkMessage message)
    {
        var batch = JsonSerializer.Deserialize(message.Payload.Span, Json.Batch)!;
        Batches = Batches.Add(batch);
        if (OnBatch(batch) is not { } ack)
        {
            return Task.CompletedTask;
        }

        AppliedBatch = ack.Applied ? Math.Max(AppliedBatch, batch.Number) : AppliedBatch;
        return message.Answer!(JsonSerializer.SerializeToUtf8Bytes(ack with { Session = Session, Cluster = cluster }, Json.BatchAck));
    }
}
