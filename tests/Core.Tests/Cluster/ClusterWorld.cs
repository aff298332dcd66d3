using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Tests.Cluster;

/// <summary>A cluster driven by decisions alone: no store, no messages, no programs. After every change the checkers look at it.</summary>
internal sealed class ClusterWorld(int seed)
{
    private static readonly NodeFacts DefaultFacts = new()
    {
        IsCompute = true,
        Engines = ["wasm"],
        Capacity = new ResourceAmount(2000, 4_000_000_000, 0, 1),
        MaxJobRequirements = new ResourceAmount(2000, 4_000_000_000, 0, 1),
    };

    private readonly Random random = new(seed);
    private readonly SeededIds ids = new(seed);
    private long lastKey;
    private PlannerMemory memory = PlannerMemory.None;

    public ClusterSnapshot Snapshot { get; private set; } = ClusterSnapshot.Empty with { StartedAt = DateTimeOffset.UnixEpoch };

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch.AddDays(1);

    public PlannerOptions Options { get; init; } = new();

    /// <summary>States in which jobs left the snapshot, or stand in it.</summary>
    public Dictionary<JobId, JobState> JobStates { get; } = [];

    /// <summary>Results accepted, by job, version and partition.</summary>
    public Dictionary<(JobId Job, int Version, int Partition), int> Accepted { get; } = [];

    /// <summary>All history written, in order.</summary>
    public List<HistoryEvent> History { get; } = [];

    public int Pick(int count) => random.Next(count);

    public void Pass(TimeSpan time) => Now += time;

    public NodeId AddNode(NodeFacts? facts = null)
    {
        var id = new NodeId($"n-{++lastKey}");
        Change(draft => draft.Put(new ClusterNode
        {
            Id = id,
            Key = lastKey,
            PublicKey = "",
            Membership = NodeMembership.Approved,
            Connection = NodeConnection.Connected,
            Session = ids.NextSessionId(),
            Facts = facts ?? DefaultFacts,
            FactsRevision = 1,
            LastSeenAt = Now,
        }));
        return id;
    }

    public static NodeFacts Facts(ResourceAmount capacity) => DefaultFacts with { Capacity = capacity, MaxJobRequirements = capacity };

    public bool IsRunning(JobId job) => Snapshot.Jobs.TryGetValue(job, out var live) && !live.Holders.IsEmpty;

    public string WhyWaiting(JobId job) => WaitingReason.Find(Snapshot, job, Now, Options);

    /// <summary>Plans, and applies nothing.</summary>
    public (Plan Plan, PlannerMemory Memory) Plan() => PlacementPlanner.Plan(Snapshot, Now, ids, Options, memory);

    /// <summary>What is asked to stop, stops.</summary>
    public void StopAsked()
    {
        foreach (var execution in Snapshot.Executions.Values.Where(execution => execution is { Ask: Ask.Stop, IsEnded: false }))
        {
            Report(execution.Id, ObservedOutcome.Stopped);
        }
    }

    /// <summary>Everything that runs ends as its program wants, on one node or on all.</summary>
    public void EndAll(NodeId? node = null)
    {
        foreach (var execution in Snapshot.Executions.Values.Where(execution => !execution.IsEnded && (node is null || execution.Node == node)))
        {
            Report(execution.Id, execution.Ask == Ask.Stop ? ObservedOutcome.Stopped : ObservedOutcome.Completed);
        }
    }

    /// <summary>An operator removes a node that is lost.</summary>
    public void Remove(NodeId id) => Change(draft => Assert.Null(NodeMemberships.Delete(draft, id, Now)));

    public JobId Submit(JobDemand? demand = null, string space = "default")
    {
        var id = ids.NextJobId();
        Change(draft => Submission.Accept(
            draft,
            new LiveJob
            {
                Id = id,
                Key = ++lastKey,
                Name = id.Value,
                Namespace = space,
                Version = 1,
                SpecDigest = "",
                Demand = demand ?? Demand(1, 500),
                CreatedAt = Now,
                SubmittedAt = Now,
                ModifiedAt = Now,
            },
            Now));
        return id;
    }

    /// <summary>A new version of a job that is not over.</summary>
    public void Update(JobId id, JobDemand demand, bool isSameProgram = false) => Change(draft =>
    {
        var job = draft.Job(id)!;
        var same = isSameProgram ? job.SameProgram.Add(job.Version) : [];
        new JobUpdate("", demand, same).Apply(draft, job, new HistoryEvent(null, JobEvents.Submission, "Job updated", Now), Now);
    });

    /// <summary>Empties a node, or lets it take work again.</summary>
    public void Drain(NodeId id, bool isDrained, TimeSpan? deadline = null) => Change(draft =>
        draft.Put(draft.Node(id)! with { Drain = isDrained ? new NodeDrain(Now, Now + deadline) : null }));

    /// <summary>The node says something else of itself.</summary>
    public void Relabel(NodeId id, params (string Key, string Value)[] labels) => Change(draft =>
    {
        var node = draft.Node(id)!;
        draft.Put(node with
        {
            Facts = node.Facts with { Labels = labels.ToImmutableSortedDictionary(label => label.Key, label => label.Value) },
            FactsRevision = node.FactsRevision + 1,
        });
    });

    /// <summary>The node has more or less than before.</summary>
    public void Resize(NodeId id, ResourceAmount capacity) => Change(draft =>
    {
        var node = draft.Node(id)!;
        draft.Put(node with { Facts = node.Facts with { Capacity = capacity, MaxJobRequirements = capacity }, FactsRevision = node.FactsRevision + 1 });
    });

    /// <summary>The program runs and, unless said otherwise, is healthy.</summary>
    public void Runs(ExecutionId id, bool isHealthy = true)
    {
        var execution = Snapshot.Executions[id];
        Change(draft => ExecutionReports.Take(
            draft,
            execution.Node,
            new Observation
            {
                Execution = id,
                ReportRevision = execution.ReportRevision + 1,
                Outcome = ObservedOutcome.Running,
                Phase = ExecutionPhase.Running,
                IsHealthy = isHealthy,
            },
            Now));
    }

    /// <summary>A node says what it holds of some data.</summary>
    public void Answer(NodeId node, DataNeed need, long bytes = 0, DataHolding? held = null) => Change(draft =>
        DataFacts.Answer(draft, node, need.Key, (held ?? new DataHolding { Bytes = bytes, TotalBytes = bytes, At = Now }) with { At = Now }, bytesPerSecond: 100_000_000));

    /// <summary>Plans and applies until nothing is left to do.</summary>
    public void Settle()
    {
        for (var round = 0; !PlanAndApply().Steps.IsEmpty; round++)
        {
            Assert.True(round < 100, "planning does not come to an end");
        }
    }

    public static JobDemand Demand(int count, long cpuMillis, int priority = 0) =>
        new() { Count = count, Priority = priority, Amount = new ResourceAmount(cpuMillis, 100_000_000, 0, 0), Engine = "wasm" };

    public Plan PlanAndApply()
    {
        var (plan, next) = PlacementPlanner.Plan(Snapshot, Now, ids, Options, memory);
        Assert.Equal("", string.Join(";\n", PlanChecker.FindViolations(Snapshot, plan, Options, Now)));
        memory = next;
        if (!plan.Steps.IsEmpty)
        {
            // What needs a stored spec is done by whoever has the store.
            var steps = plan.Steps.RemoveAll(step => step is PlanStep.RollBack or PlanStep.Fire);
            Change(draft => Assert.All(steps, step => Assert.True(PlanApplication.TryApply(draft, step, Now, () => ++lastKey), $"{step} is stale at once")));
            plan = plan with { Steps = steps };
        }

        return plan;
    }

    /// <summary>Carries out a plan that was made before.</summary>
    public void Apply(Plan plan) => Change(draft => PlanApplication.Apply(draft, plan, Now, () => ++lastKey));

    public void Stop(JobId job) => Change(draft => Submission.Stop(draft, job, "", Now));

    /// <summary>The node takes in all wishes, and forgets what it is told to forget.</summary>
    public void Acknowledge(NodeId node) => Change(draft =>
    {
        foreach (var place in draft.Node(node)!.Outbox)
        {
            var execution = draft.Execution(place.Execution)!;
            if (execution.Ask == Ask.Forget)
            {
                draft.Remove(execution.Id);
            }
            else
            {
                draft.Put(execution with { AckedRevision = execution.AskRevision, IsKnownToNode = true }, write: false);
            }
        }
    });

    /// <summary>The node tells something of an execution, as its next observation.</summary>
    public ReportVerdict Report(ExecutionId id, ObservedOutcome outcome)
    {
        var verdict = ReportVerdict.Unknown;
        var execution = Snapshot.Executions[id];
        Change(draft => verdict = ExecutionReports.Take(
            draft,
            execution.Node,
            new Observation
            {
                Execution = id,
                ReportRevision = execution.ReportRevision + 1,
                Outcome = outcome,
                Problem = outcome is ObservedOutcome.Failed or ObservedOutcome.Refused ? new ExecutionProblem("Test:Fault", $"{outcome} by the test") : null,
            },
            Now));
        return verdict;
    }

    public void Lose(NodeId id) => Change(draft =>
    {
        draft.Put(draft.Node(id)! with { Connection = NodeConnection.Lost, Session = null, LostSince = Now });
        foreach (var execution in draft.Node(id)!.Executions)
        {
            LostExecutions.Lose(draft, draft.Execution(execution)!, Now);
        }
    });

    /// <summary>The node is back with all that it held.</summary>
    public void Return(NodeId id) => Change(draft =>
    {
        draft.Put(draft.Node(id)! with { Connection = NodeConnection.Connected, Session = ids.NextSessionId(), LostSince = null, LastSeenAt = Now });
        foreach (var held in draft.Node(id)!.Executions)
        {
            if (draft.Execution(held) is { IsEnded: false, HoldsRoom: false } execution)
            {
                LostExecutions.TakeBack(draft, execution, Now);
            }
        }
    });

    /// <summary>The node has a session again, and has not listed yet what it holds.</summary>
    public void Greet(NodeId id) => Change(draft => draft.Put(
        draft.Node(id)! with { Connection = NodeConnection.Connected, Session = ids.NextSessionId(), LostSince = null, LastSeenAt = Now, NeedsSync = true }));

    /// <summary>The node's list was compared: it may be given work again.</summary>
    public void Sync(NodeId id) => Change(draft =>
    {
        draft.Put(draft.Node(id)! with { NeedsSync = false }, write: false);
        LineStart.Promote(draft, id);
    });

    public bool Grant(ExecutionId id)
    {
        var granted = false;
        Change(draft => granted = Grants.Decide(draft, Snapshot.Executions[id].Node, id, Now).Granted);
        return granted;
    }

    private void Change(Action<ClusterDraft> decide)
    {
        var draft = new ClusterDraft(Snapshot);
        decide(draft);
        Snapshot = draft.ToSnapshot();
        foreach (var job in draft.TouchedJobs)
        {
            JobStates[job.Id] = job.State;
        }

        foreach (var execution in draft.TouchedExecutions.Where(e => e.State == ExecutionState.Completed && draft.Ends.ContainsKey(e.Id)))
        {
            var what = (execution.Job, execution.JobVersion, execution.Partition);
            Accepted[what] = Accepted.GetValueOrDefault(what) + 1;
        }

        History.AddRange(draft.History.SelectMany(entry => entry.Events));
        Assert.Empty(SnapshotChecker.FindViolations(Snapshot));
    }

    private sealed class SeededIds(int seed) : IIdSource
    {
        private readonly Random random = new(seed);

        public Guid Next()
        {
            Span<byte> bytes = stackalloc byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }
    }
}
