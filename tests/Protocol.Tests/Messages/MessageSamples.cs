using System.Collections.Immutable;
using System.Text.Json;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Messages;

namespace Bacalhau.Protocol.Tests.Messages;

/// <summary>One of each message, with every field filled.</summary>
internal static class MessageSamples
{
    private const string Cluster = "c-5f0c";
    private const string Session = "0f2c9a6d";
    private const string Execution = "e-7d444840-9dc0-11d1-b245-5ffdce74fad2";
    private const string Job = "j-a1b2c3d4-0000-4000-8000-000000000001";

    public static IReadOnlyList<Envelope> All { get; } =
    [
        new JoinRequest { NodeId = "n-1", PublicKey = "UABC", Proof = [1, 2, 3] },
        new JoinAnswer { Cluster = Cluster, Term = 3, Status = "refused", Reason = "the name is taken by another key" },
        new Hello { Cluster = Cluster, Term = 3, NodeId = "n-1", BootId = "b1", HighestTerm = 3, Facts = Facts() },
        new Welcome { Cluster = Cluster, Term = 3, GivenSession = Session, Refused = "tryAgain", Reason = "not now", HeartbeatMillis = 5000 },
        new HoldingList
        {
            Cluster = Cluster,
            Term = 3,
            Session = Session,
            Number = 2,
            Piece = 1,
            IsLast = true,
            AppliedBatch = 4,
            Items = [new Holding { ExecutionId = Execution, JobId = Job, AskRevision = 2, ReportRevision = 3, IsEnded = true, TakesRoom = true, Amount = new ResourceAmount(100, 32_000_000, 0, 0), Order = 17, Term = 2 }],
        },
        new Noted { Cluster = Cluster, Term = 3, Session = Session, SessionIsOver = true },
        new Heartbeat
        {
            Cluster = Cluster,
            Term = 3,
            Session = Session,
            AppliedBatch = 4,
            HoldingsHash = HoldingHash.Of([(Execution, 2, 3)]),
            UnackedReports = 1,
            InputCache = new InputCacheNote(7, 8, 9, 10),
            RunningExecutions = 2,
            QueuedExecutions = 3,
            Facts = Facts(),
            Unwell = "the disk is full",
            HasMissed = true,
            Progress = [new ExecutionProgressNote { ExecutionId = Execution, Progress = new ExecutionProgress("pulling image", 12, 40, "bytes") }],
        },
        new HeartbeatAnswer { Cluster = Cluster, Term = 3, Session = Session, SessionIsOver = true, WantsList = true },
        new Goodbye { Cluster = Cluster, Term = 3, Session = Session, Stopped = [Execution] },
        new Ping { Cluster = Cluster, Term = 3, Session = Session },
        new Pong { Cluster = Cluster, Term = 3, Session = Session, BootId = "b1" },
        new Batch { Cluster = Cluster, Term = 3, Session = Session, Number = 5, Instructions = [Run(), Stop(), Forget()] },
        new BatchAck { Cluster = Cluster, Term = 3, Session = Session, Number = 5, Applied = true, Reason = "the disk is full", Rejected = [Rejected()] },
        new ReportBatch { Cluster = Cluster, Term = 3, Session = Session, Reports = [Report()] },
        new ReportAck { Cluster = Cluster, Term = 3, Session = Session, SessionIsOver = true, TryLater = true, Rejected = [Rejected()] },
        new GrantRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, IsRenewal = true },
        new GrantAnswer { Cluster = Cluster, Term = 3, Session = Session, Granted = true, GrantMillis = 60_000, Reason = "the job has ended", TryLater = true },
        new DataAsk { Cluster = Cluster, Term = 3, Questions = [new DataQuestion { Key = "00ff", Source = Source(), Partitions = 4, Nodes = ["n-1", "n-2"] }] },
        new DataAnswers
        {
            Cluster = Cluster,
            Term = 3,
            Session = Session,
            Answers = [new DataAnswer { Key = "00ff", Bytes = 7, TotalBytes = 9, IsWhole = true, IsNear = true, Parts = [new DataPart(2, 7)], Lack = "not allowed" }],
            BytesPerSecond = 100_000_000,
        },
        new KeptResults { Cluster = Cluster, Term = 3, Session = Session, Executions = [Execution] },
        new KeptAnswer { Cluster = Cluster, Term = 3, Session = Session, Unknown = [Execution] },
        new AddressRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, IsWithdrawal = true },
        new AddressAnswer { Cluster = Cluster, Term = 3, Session = Session, Url = "https://s3.example.org/b/k?X-Amz-Signature=0", Reason = "the session is over", TryLater = true },
        new SpecRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, JobId = Job, JobVersion = 2, Offset = 262_144 },
        new InputListRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, List = "0/1", Offset = 262_144 },
        new InputListOffer { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, List = "0/1", Digest = "00ff", Total = 7, Offset = 2, Bytes = [1, 2, 3] },
        new InputListAnswer { Cluster = Cluster, Term = 3, Session = Session, Digest = "00ff", Total = 7, Bytes = [1, 2, 3], Next = 3, TryLater = true, Refused = "too large" },
        new Piece { Cluster = Cluster, Term = 3, Session = Session, Bytes = [1, 2, 3], Next = 3, Total = 7, IsEnd = true, SessionIsOver = true, Refused = "no log" },
        new LogRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, Position = 9, LastLines = 10, WaitMillis = 1000 },
        new ResultRequest { Cluster = Cluster, Term = 3, Session = Session, ExecutionId = Execution, Offset = 5 },
    ];

    private static SpecConfig Source() => new()
    {
        Type = "s3",
        Params = ImmutableSortedDictionary.Create<string, JsonElement>(StringComparer.Ordinal).Add("Bucket", JsonDocument.Parse("\"b\"").RootElement),
    };

    private static NodeFacts Facts() => new()
    {
        IsCompute = true,
        IsOrchestrator = true,
        Labels = TextMap.Empty.Add("os_type", "linux").Add("zone", "a"),
        Engines = ["docker", "wasm"],
        Publishers = ["local"],
        InputSources = ["inline", "local"],
        Capacity = new ResourceAmount(4000, 8_000_000_000, 100_000_000_000, 1),
        MaxJobRequirements = new ResourceAmount(2000, 4_000_000_000, 50_000_000_000, 1),
        AllowsHostNetwork = true,
        AdvertisedAddress = "10.0.0.1",
        Version = "v1.9.3+dotnet.0.1.0",
        Os = "linux",
        Arch = "amd64",
        Host = "host-a",
    };

    private static Instruction Run() => new()
    {
        Verb = "run",
        ExecutionId = Execution,
        AskRevision = 1,
        Assignment = new Assignment
        {
            JobId = Job,
            JobVersion = 2,
            SpecDigest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            Partition = 1,
            Count = 4,
            Priority = 50,
            Amount = new ResourceAmount(100, 32_000_000, 0, 0),
            InLine = true,
            Order = 17,
            Term = 3,
        },
    };

    private static Instruction Stop() => new() { Verb = "stop", ExecutionId = Execution, AskRevision = 2, Reason = "the job was stopped", KeepMillis = 86_400_000 };

    private static Instruction Forget() => new() { Verb = "forget", ExecutionId = Execution, AskRevision = 3, ResultAccepted = true };

    private static Rejection Rejected() => new() { ExecutionId = Execution, Revision = 2, Reason = "unknown wish" };

    private static ExecutionReport Report() => new()
    {
        ExecutionId = Execution,
        ReportRevision = 3,
        Kind = ReportKind.Failed,
        Phase = ExecutionPhase.Running,
        IsHealthy = true,
        Problem = new ExecutionProblem("Docker:ImageNotFound", "no such image", "Check its name") { Details = TextMap.Empty.Add("Image", "busybox:9") },
        TimedOut = true,
        Inputs = new InputBytes(5, 6),
        Output = new RunOutput { Stdout = [104, 105], StdoutTruncated = true, Stderr = [33], StderrTruncated = true, ExitCode = 137, ErrorMessage = "killed" },
        PublishedResult = new PublishedResult
        {
            Type = "s3",
            Params = ImmutableSortedDictionary<string, JsonElement>.Empty.Add("Bucket", JsonDocument.Parse("\"b\"").RootElement),
            Metadata = new ResultMetadata
            {
                Files = 2,
                Bytes = 7,
                ArchiveBytes = 180,
                ArchiveSha256 = "aa",
                Listed = [new ResultFile { Path = "stdout", Bytes = 7, Sha256 = "bb" }],
            },
        },
        Events = [new ExecutionEvent("Running Execution", "killed", 12, TextMap.Empty.Add("IsError", "true"))],
        LogTail = [1, 2],
    };
}
