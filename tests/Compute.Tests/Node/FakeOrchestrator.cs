using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Jobs;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Links;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>The other side of the protocol: answers one node, keeps what it said, and says what a test wants.</summary>
internal sealed class FakeOrchestrator
{
    private readonly NodeId node;
    private readonly MemoryLink link;
    private readonly Lock gate = new();
    private readonly List<(Func<bool> Holds, TaskCompletionSource Done)> waits = [];
    private readonly Dictionary<string, byte[]> specs = new(StringComparer.Ordinal);
    private long nextBatch = 1;
    private int sessions;

    private FakeOrchestrator(MemoryHub hub, NodeId node) => (this.node, link) = (node, hub.Connect("orchestrator"));

    public string Cluster { get; set; } = "cluster-1";

    public long Term { get; set; } = 1;

    public string Session { get; private set; } = "";

    public int PieceBytes { get; set; } = 64;

    public bool TakesReports { get; set; } = true;

    /// <summary>What the answer to a question for a spec waits for.</summary>
    public Task SpecsAfter { get; set; } = Task.CompletedTask;

    public bool WantsList { get; set; }

    /// <summary>Whether heartbeats are not answered.</summary>
    public bool IsSilent { get; set; }

    public Func<Hello, Welcome>? Greeting { get; set; }

    public Func<GrantRequest, GrantAnswer?> Granting { get; set; } = _ => new GrantAnswer { Granted = true, GrantMillis = 60_000 };

    public List<Hello> Hellos { get; } = [];

    public List<HoldingList> Lists { get; } = [];

    public List<Heartbeat> Heartbeats { get; } = [];

    public List<ReportBatch> ReportBatches { get; } = [];

    public List<GrantRequest> GrantRequests { get; } = [];

    public List<SpecRequest> SpecRequests { get; } = [];

    public FakeInputLists InputLists { get; } = new();

    public List<DataAnswers> DataAnswers { get; } = [];

    public List<Goodbye> Goodbyes { get; } = [];

    public IEnumerable<ExecutionReport> Reports => ReportBatches.SelectMany(batch => batch.Reports);

    public static async Task<FakeOrchestrator> StartAsync(MemoryHub hub, NodeId node)
    {
        var orchestrator = new FakeOrchestrator(hub, node);
        await orchestrator.link.SubscribeAsync(Subjects.FromAnyNode(">"), orchestrator.OnMessageAsync, default);
        return orchestrator;
    }

    /// <summary>A new session from the next hello on; messages of the old one are told that it is over.</summary>
    public void EndSession() => Session = "gone";

    /// <summary>The end reports of an execution, as they came.</summary>
    public IReadOnlyList<ExecutionReport> EndsOf(string execution) =>
        [.. Reports.Where(report => report.ExecutionId == execution && report.Kind != ReportKind.Running)];

    /// <summary>Waits for the end of an execution.</summary>
    public async Task<ExecutionReport> EndOfAsync(string execution)
    {
        await WaitAsync(() => EndsOf(execution).Count > 0);
        return EndsOf(execution)[0];
    }

    /// <summary>Waits until something holds of what was said.</summary>
    public async Task WaitAsync(Func<bool> holds)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (holds())
            {
                return;
            }

            waits.Add((holds, done));
        }

        await done.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Makes a job of one task, and the wish to run it.</summary>
    public Instruction Run(string execution, TaskSpec task, ResourceAmount? amount = null, long ask = 1, bool inLine = false, string type = "batch", long? stopAfter = null)
    {
        var spec = SpecDocument.Of(new JobSpec { Name = "job", Namespace = "default", Type = type, Count = 1, Tasks = [task], Disconnect = stopAfter is null ? null : new DisconnectPolicy { StopAfter = stopAfter } });
        var job = $"j-{spec.Digest[..8]}";
        specs[job] = spec.Bytes;
        return new Instruction
        {
            Verb = "run",
            ExecutionId = execution,
            AskRevision = ask,
            Assignment = new Assignment
            {
                JobId = job,
                JobVersion = 1,
                SpecDigest = spec.Digest,
                Count = 1,
                Amount = amount ?? new ResourceAmount(100, 1000, 0, 0),
                InLine = inLine,
            },
        };
    }

    public static Instruction Stop(string execution, long ask = 2) => new() { Verb = "stop", ExecutionId = execution, AskRevision = ask, Reason = "not wanted" };

    public static Instruction Forget(string execution, long ask = 3, bool accepted = true) =>
        new() { Verb = "forget", ExecutionId = execution, AskRevision = ask, ResultAccepted = accepted };

    /// <summary>Sends a batch with the next number.</summary>
    public Task<BatchAck?> SendAsync(params Instruction[] wishes) => SendBatchAsync(new Batch { Number = nextBatch++, Instructions = wishes });

    /// <summary>Sends a batch as it is.</summary>
    public Task<BatchAck?> SendBatchAsync(Batch batch) =>
        AskAsync(Subjects.ToNode(node, new SessionId(Session)), batch, MessageJson.Default.Batch, MessageJson.Default.BatchAck);

    public Task<Piece?> ReadLogAsync(LogRequest request) =>
        AskAsync(Subjects.LogsOfNode(node, new SessionId(Session)), request, MessageJson.Default.LogRequest, MessageJson.Default.Piece);

    /// <summary>Asks the node for data, and waits for what it says next.</summary>
    public async Task<DataAnswers> AskDataAsync(params DataQuestion[] questions)
    {
        var before = DataAnswers.Count;
        await link.PublishAsync(Subjects.Ask, Write(new DataAsk { Questions = questions }, MessageJson.Default.DataAsk), default);
        await WaitAsync(() => DataAnswers.Count > before);
        return DataAnswers[before];
    }

    public Task<Pong?> PingAsync() => AskAsync(Subjects.PingOfNode(node, new SessionId(Session)), new Ping(), MessageJson.Default.Ping, MessageJson.Default.Pong);

    private async Task<TAnswer?> AskAsync<TQuestion, TAnswer>(string subject, TQuestion message, JsonTypeInfo<TQuestion> asked, JsonTypeInfo<TAnswer> answered)
        where TQuestion : Envelope
        where TAnswer : Envelope
    {
        var answer = await link.RequestAsync(subject, Write(message, asked), TimeSpan.FromSeconds(60), default);
        return answer is LinkAnswer.Answered(var bytes) ? JsonSerializer.Deserialize(bytes.Span, answered) : null;
    }

    private Task OnMessageAsync(LinkMessage message)
    {
        var kind = Subjects.ParseFromNode(message.Subject)!.Value.Kind;
        if (kind == "spec" && !SpecsAfter.IsCompleted)
        {
            // Other messages do not wait for it.
            _ = AnswerAsync(message, kind, SpecsAfter);
            return Task.CompletedTask;
        }

        return AnswerAsync(message, kind, Task.CompletedTask);
    }

    private async Task AnswerAsync(LinkMessage message, string kind, Task after)
    {
        await after;
        var answer = AnswerTo(kind, message.Payload);
        if (answer is not null)
        {
            await message.Answer!(answer);
        }

        List<TaskCompletionSource> done;
        lock (gate)
        {
            done = [.. waits.Where(wait => wait.Holds()).Select(wait => wait.Done)];
            waits.RemoveAll(wait => done.Contains(wait.Done));
        }

        done.ForEach(wait => wait.TrySetResult());
    }

    private byte[]? AnswerTo(string kind, ReadOnlyMemory<byte> payload)
    {
        lock (gate)
        {
            return kind switch
            {
                "hello" => OnHello(Read(payload, MessageJson.Default.Hello, Hellos)),
                "list" => OnList(Read(payload, MessageJson.Default.HoldingList, Lists)),
                "heartbeat" => OnHeartbeat(Read(payload, MessageJson.Default.Heartbeat, Heartbeats)),
                "report" => OnReport(Read(payload, MessageJson.Default.ReportBatch, ReportBatches)),
                "grant" => Granting(Read(payload, MessageJson.Default.GrantRequest, GrantRequests)) is { } grant ? Write(grant, MessageJson.Default.GrantAnswer) : null,
                "data" => OnData(Read(payload, MessageJson.Default.DataAnswers, DataAnswers)),
                "spec" => OnSpec(Read(payload, MessageJson.Default.SpecRequest, SpecRequests)),
                "inputs" => OnInputList(InputLists.On(Read(payload, MessageJson.Default.InputListRequest, InputLists.Requests))),
                "offer" => OnInputList(InputLists.On(Read(payload, MessageJson.Default.InputListOffer, InputLists.Offers))),
                _ => OnGoodbye(Read(payload, MessageJson.Default.Goodbye, Goodbyes)),
            };
        }
    }

    private static byte[]? OnData(DataAnswers _) => null;

    private byte[] OnHello(Hello hello)
    {
        var welcome = Greeting?.Invoke(hello) ?? new Welcome { GivenSession = $"s{++sessions}", HeartbeatMillis = 5000 };
        if (welcome.GivenSession.Length > 0)
        {
            (Session, nextBatch) = (welcome.GivenSession, 1);
        }

        return Write(welcome, MessageJson.Default.Welcome);
    }

    private byte[] OnList(HoldingList list) => Write(new Noted { SessionIsOver = list.Session != Session }, MessageJson.Default.Noted);

    private byte[]? OnHeartbeat(Heartbeat beat)
    {
        if (IsSilent)
        {
            return null;
        }

        var answer = new HeartbeatAnswer { SessionIsOver = beat.Session != Session, WantsList = WantsList || beat.HasMissed };
        WantsList = false;
        return Write(answer, MessageJson.Default.HeartbeatAnswer);
    }

    private byte[]? OnReport(ReportBatch batch) =>
        TakesReports ? Write(new ReportAck { SessionIsOver = batch.Session != Session }, MessageJson.Default.ReportAck) : null;

    private byte[] OnSpec(SpecRequest request)
    {
        var bytes = specs[request.JobId];
        var piece = bytes.AsSpan((int)request.Offset, Math.Min(PieceBytes, bytes.Length - (int)request.Offset)).ToArray();
        var next = request.Offset + piece.Length;
        return Write(new Piece { Bytes = piece, Next = next, Total = bytes.Length, IsEnd = next == bytes.Length }, MessageJson.Default.Piece);
    }

    private byte[]? OnInputList(InputListAnswer answer) => InputLists.IsKnown ? Write(answer, MessageJson.Default.InputListAnswer) : null;

    private byte[] OnGoodbye(Goodbye goodbye) => Write(new Noted { SessionIsOver = goodbye.Session != Session }, MessageJson.Default.Noted);

    private byte[] Write<T>(T message, JsonTypeInfo<T> json)
        where T : Envelope =>
        JsonSerializer.SerializeToUtf8Bytes((T)(message with { Cluster = message.Cluster.Length > 0 ? message.Cluster : Cluster, Term = message.Term > 0 ? message.Term : Term, Session = message.Session.Length > 0 ? message.Session : Session }), json);

    private static T Read<T>(ReadOnlyMemory<byte> payload, JsonTypeInfo<T> json, List<T> into)
    {
        var message = JsonSerializer.Deserialize(payload.Span, json)!;
        into.Add(message);
        return message;
    }
}
