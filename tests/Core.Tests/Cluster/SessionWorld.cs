using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Cluster;

/// <summary>A cluster with one node and one job of three partitions, for tests of sessions: each step is a commit.</summary>
internal sealed class SessionWorld
{
    public static readonly NodeId Node = new("n-1");
    public static readonly SessionId Session = new("s1");
    public static readonly JobId Job = new("j-1");
    public static readonly LivenessRules Rules = LivenessRules.Default;

    private long keys;
    private int sessions;

    public SessionWorld()
    {
        Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Snapshot = ClusterSnapshot.Empty with { StartedAt = Now };
        Commit(draft => NodeJoins.Join(draft, Node, "UKEY", new JoinPolicy(), () => ++keys, Now));
        Commit(draft => Submission.Accept(draft, NewJob(), Now));
    }

    public DateTimeOffset Now { get; set; }

    public ClusterSnapshot Snapshot { get; private set; }

    public ClusterDraft LastDraft { get; private set; } = new(ClusterSnapshot.Empty);

    public ClusterNode TheNode => Snapshot.Nodes[Node];

    public T Commit<T>(Func<ClusterDraft, T> decide)
    {
        LastDraft = new ClusterDraft(Snapshot);
        var result = decide(LastDraft);
        Snapshot = LastDraft.ToSnapshot();
        return result;
    }

    public void Commit(Action<ClusterDraft> decide) => Commit(draft =>
    {
        decide(draft);
        return true;
    });

    public SessionDecision Hello(string bootId = "boot-1", SessionId? gone = null, NodeFacts? facts = null) =>
        Commit(draft => NodeSessions.Open(draft, new SessionOpening(Node, bootId, facts ?? Facts(), gone), new SessionId($"s{++sessions}"), Now));

    /// <summary>Says hello and compares an empty list.</summary>
    public SessionWorld Ready()
    {
        Hello();
        Assert.True(List());
        return this;
    }

    public bool List(params ListedExecution[] listed) => List(_ => null, listed);

    public bool List(Func<ExecutionId, LiveExecution?> findEnded, params ListedExecution[] listed) => Commit(draft =>
        HoldingComparison.Compare(
            draft,
            new HoldingStatement
            {
                Node = Node,
                Session = TheNode.Session!.Value,
                Listed = listed.ToImmutableSortedDictionary(item => item.Id, item => item),
                FindEnded = findEnded,
            },
            Now));

    public LiveExecution Place(int partition)
    {
        var id = new ExecutionId($"e-{partition}");
        Commit(draft =>
        {
            draft.Put(NewExecution(id, partition, draft.NextAskOrder()));
            var job = draft.Job(Job)!;
            draft.Put(job with { NextFresh = partition + 1, WaitingSince = null });
        });
        return Snapshot.Executions[id];
    }

    public LiveExecution PlaceAcked(int partition)
    {
        var placed = Place(partition);
        Assert.True(Acknowledge(new AnsweredWish(placed.Id, placed.AskRevision)));
        return Snapshot.Executions[placed.Id];
    }

    public bool Acknowledge(params AnsweredWish[] wishes) =>
        Commit(draft => WishAcknowledgement.Take(draft, Node, TheNode.Session!.Value, wishes, Now));

    public void Judge(TimeSpan later, Listening? listening = null)
    {
        Now += later;
        Commit(draft => NodeLiveness.Judge(draft, Rules, listening ?? new Listening(Snapshot.StartedAt, Now), Now));
    }

    public static ListedExecution Listing(LiveExecution execution, bool isEnded = false, long? askRevision = null) =>
        new(execution.Id, execution.Job, askRevision ?? execution.AskRevision, execution.ReportRevision, isEnded, TakesRoom: !isEnded);

    public static LiveExecution NewExecution(ExecutionId id, int partition, long askOrder) => new()
    {
        Namespace = "default",
        Id = id,
        Key = partition + 1,
        Job = Job,
        JobVersion = 1,
        Partition = partition,
        Node = Node,
        Amount = new ResourceAmount(1000, 0, 0, 0),
        SpecDigest = "",
        AskOrder = askOrder,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static NodeFacts Facts(long cpuMillis = 4000) => new()
    {
        IsCompute = true,
        Engines = ["fake"],
        Capacity = new ResourceAmount(cpuMillis, 0, 0, 0),
        MaxJobRequirements = new ResourceAmount(cpuMillis, 0, 0, 0),
    };

    private LiveJob NewJob() => new()
    {
        Id = Job,
        Key = 1,
        Name = "job",
        Namespace = "default",
        Version = 1,
        SpecDigest = "",
        Demand = new JobDemand { Count = 3, Amount = new ResourceAmount(1000, 0, 0, 0), Engine = "fake" },
        CreatedAt = Now,
        SubmittedAt = Now,
    };
}
