using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Core.Cluster;

/// <summary>
/// A working copy of a snapshot on the way to the next one. Decisions change it through <c>Put</c> and <c>Remove</c>, which keep every index and sum right;
/// what was touched tells the store which rows to write. Nothing of it is seen by anybody before it is committed.
/// </summary>
public sealed class ClusterDraft
{
    private readonly ClusterSnapshot start;
    private readonly ImmutableSortedDictionary<JobId, LiveJob>.Builder jobs;
    private readonly ImmutableSortedDictionary<ExecutionId, LiveExecution>.Builder executions;
    private readonly ImmutableSortedDictionary<NodeId, ClusterNode>.Builder nodes;
    private readonly ImmutableSortedSet<QueueEntry>.Builder queue;
    private readonly ImmutableSortedSet<JobId>.Builder dirty;
    private readonly ImmutableSortedSet<WakeUp>.Builder wakeUps;
    private readonly NodeIndexes nodeIndexes;
    private readonly ImmutableSortedSet<NodeId>.Builder dirtyNodes;
    private readonly ImmutableSortedSet<JobId>.Builder nodeSeekers;
    private readonly ImmutableSortedSet<ScheduledChild>.Builder children;
    private readonly ImmutableSortedDictionary<string, NamespaceUsage>.Builder usage;
    private readonly ImmutableSortedDictionary<string, DataFact>.Builder facts;
    private readonly Dictionary<JobId, LiveJob> touchedJobs = [];
    private readonly Dictionary<ExecutionId, LiveExecution> touchedExecutions = [];
    private readonly Dictionary<NodeId, ClusterNode?> touchedNodes = [];
    private readonly List<JobHistory> history = [];
    private readonly Dictionary<ExecutionId, ExecutionEnd> ends = [];
    private long nodesRevision;

    /// <summary>Begins from a snapshot.</summary>
    public ClusterDraft(ClusterSnapshot start)
    {
        this.start = start;
        LastAskOrder = start.LastAskOrder;
        jobs = start.Jobs.ToBuilder();
        executions = start.Executions.ToBuilder();
        nodes = start.Nodes.ToBuilder();
        queue = start.Queue.ToBuilder();
        dirty = start.Dirty.ToBuilder();
        wakeUps = start.WakeUps.ToBuilder();
        nodeIndexes = new NodeIndexes(start);
        nodesRevision = start.NodesRevision;
        dirtyNodes = start.DirtyNodes.ToBuilder();
        nodeSeekers = start.NodeSeekers.ToBuilder();
        children = start.Children.ToBuilder();
        usage = start.Usage.ToBuilder();
        facts = start.Facts.ToBuilder();
    }

    /// <summary>Jobs whose rows are to be written, with their new content, by key.</summary>
    public IEnumerable<LiveJob> TouchedJobs => touchedJobs.Values.OrderBy(job => job.Key);

    /// <summary>Executions whose rows are to be written, with their new content, by key.</summary>
    public IEnumerable<LiveExecution> TouchedExecutions => touchedExecutions.Values.OrderBy(execution => execution.Key);

    /// <summary>Nodes whose rows are to be written (null: deleted), by id.</summary>
    public IEnumerable<KeyValuePair<NodeId, ClusterNode?>> TouchedNodes => touchedNodes.OrderBy(pair => pair.Key);

    /// <summary>New history, one entry for each job, in the order in which the jobs were first recorded.</summary>
    public IReadOnlyList<JobHistory> History => history;

    /// <summary>What executions that ended left behind.</summary>
    public IReadOnlyDictionary<ExecutionId, ExecutionEnd> Ends => ends;

    /// <summary>Largest order given to a wish so far.</summary>
    public long LastAskOrder { get; private set; }

    /// <summary>Whether anything is to be written.</summary>
    public bool HasWrites => touchedJobs.Count + touchedExecutions.Count + touchedNodes.Count + history.Count + ends.Count > 0;

    /// <summary>Jobs as they stand.</summary>
    public IEnumerable<LiveJob> Jobs => jobs.Values;

    /// <summary>Nodes as they stand.</summary>
    public IEnumerable<ClusterNode> Nodes => nodes.Values;

    /// <summary>The job, or null if it is not live.</summary>
    public LiveJob? Job(JobId id) => jobs.GetValueOrDefault(id);

    /// <summary>The execution, or null if nothing of it is live.</summary>
    public LiveExecution? Execution(ExecutionId id) => executions.GetValueOrDefault(id);

    /// <summary>The node, or null if it is unknown.</summary>
    public ClusterNode? Node(NodeId id) => nodes.GetValueOrDefault(id);

    /// <summary>The node of a key, or null.</summary>
    public ClusterNode? NodeByKey(int key) => nodeIndexes.Of(key) is { } id ? Node(id) : null;

    /// <summary>Jobs that a scheduled one has started and that are not over.</summary>
    public IEnumerable<JobId> ChildrenOf(JobId parent) => start.ChildrenOf(parent).Where(child => children.Contains(new ScheduledChild(parent, child)));

    /// <summary>What is known of where data is.</summary>
    public IEnumerable<DataFact> Facts => facts.Values;

    /// <summary>How many facts there are.</summary>
    public int FactCount => facts.Count;

    /// <summary>What is known of where a need is; null for nothing.</summary>
    public DataFact? Fact(string key) => facts.GetValueOrDefault(key);

    /// <summary>Adds or replaces what is known of where a need is.</summary>
    public void Put(DataFact fact) => facts[fact.Need.Key] = fact;

    /// <summary>Forgets where a need is.</summary>
    public void RemoveFact(string key) => facts.Remove(key);

    /// <summary>Adds or replaces a job and marks it dirty.</summary>
    /// <param name="job">The job.</param>
    /// <param name="write">Whether its row is to be written: false for what the store need not remember.</param>
    public void Put(LiveJob job, bool write = true)
    {
        var old = jobs.GetValueOrDefault(job.Id);
        if (old is not null && old.QueueEntry != job.QueueEntry)
        {
            queue.Remove(old.QueueEntry);
        }

        SetWakeUp(job.Id, old?.WakeAt, job.WakeAt);
        SetIndexes(job);
        jobs[job.Id] = job;
        if (job.IsQueued)
        {
            queue.Add(job.QueueEntry);
        }
        else
        {
            queue.Remove(job.QueueEntry);
        }

        dirty.Add(job.Id);
        if (write || touchedJobs.ContainsKey(job.Id))
        {
            touchedJobs[job.Id] = job;
        }
    }

    /// <summary>Says that a job was looked at and needs nothing until it changes.</summary>
    public void Clean(JobId job) => dirty.Remove(job);

    /// <summary>Marks a job as changed though nothing of it is different. The mark counts, so that who looked at it before does not call it clean.</summary>
    public void MarkDirty(JobId job)
    {
        if (jobs.TryGetValue(job, out var marked))
        {
            jobs[job] = marked with { Marks = marked.Marks + 1 };
            dirty.Add(job);
        }
    }

    /// <summary>Takes a job out of the snapshot; its row stays as last put.</summary>
    public void Remove(JobId id)
    {
        if (jobs.Remove(id, out var old))
        {
            queue.Remove(old.QueueEntry);
            SetWakeUp(id, old.WakeAt, null);
            dirty.Remove(id);
            nodeSeekers.Remove(id);
        }
    }

    /// <summary>Adds or replaces an execution; its node's room, line and outbox and its job's partitions follow.</summary>
    /// <param name="execution">The execution.</param>
    /// <param name="write">Whether its row is to be written: false for an acknowledgement.</param>
    public void Put(LiveExecution execution, bool write = true)
    {
        var old = executions.GetValueOrDefault(execution.Id);
        executions[execution.Id] = execution;
        UpdateNode(old, execution);
        UpdateHolder(old, execution);
        LastAskOrder = Math.Max(LastAskOrder, execution.AskOrder);
        if (write || touchedExecutions.ContainsKey(execution.Id))
        {
            touchedExecutions[execution.Id] = execution;
        }
    }

    /// <summary>Takes an execution out of the snapshot; its row stays as last put.</summary>
    public void Remove(ExecutionId id)
    {
        if (executions.Remove(id, out var old))
        {
            UpdateNode(old, null);
            UpdateHolder(old, null);
        }
    }

    /// <summary>Adds or replaces a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="write">Whether its row is to be written: false for signs of life.</param>
    public void Put(ClusterNode node, bool write = true)
    {
        var old = nodes.GetValueOrDefault(node.Id);
        NoteChange(old, node);
        SetNode(old, node);
        if (write || touchedNodes.ContainsKey(node.Id))
        {
            touchedNodes[node.Id] = node;
        }
    }

    /// <summary>Deletes a node and its row.</summary>
    public void Remove(NodeId id)
    {
        if (nodes.Remove(id, out var old))
        {
            nodeIndexes.Follow(old, null);
            dirtyNodes.Add(id);
            nodesRevision++;
        }

        touchedNodes[id] = null;
    }

    /// <summary>Says that the jobs that are counted by node were compared with a node.</summary>
    public void CleanNode(NodeId node) => dirtyNodes.Remove(node);

    /// <summary>Adds to a job's history.</summary>
    public void Record(LiveJob job, HistoryEvent happened)
    {
        var entry = history.Find(h => h.Job.Id == job.Id && h.Version == job.Version);
        if (entry is null)
        {
            history.Add(entry = new JobHistory(job, job.Version, []));
        }

        entry.Events.Add(happened);
    }

    /// <summary>Keeps what an execution left behind.</summary>
    public void RecordEnd(ExecutionId execution, ExecutionEnd end) => ends[execution] = end;

    /// <summary>Gives the next place in the order of wishes.</summary>
    public long NextAskOrder() => ++LastAskOrder;

    /// <summary>The snapshot that this draft has become; the one it began from if nothing is different, so that nobody wakes for nothing.</summary>
    public ClusterSnapshot ToSnapshot()
    {
        var now = nodeIndexes.Into(start) with
        {
            LastAskOrder = LastAskOrder,
            Jobs = jobs.ToImmutable(),
            Executions = executions.ToImmutable(),
            Nodes = nodes.ToImmutable(),
            Queue = queue.ToImmutable(),
            Dirty = dirty.ToImmutable(),
            WakeUps = wakeUps.ToImmutable(),
            NodesRevision = nodesRevision,
            DirtyNodes = dirtyNodes.ToImmutable(),
            NodeSeekers = nodeSeekers.ToImmutable(),
            Children = children.ToImmutable(),
            Usage = usage.ToImmutable(),
            Facts = facts.ToImmutable(),
        };
        return now == start ? start : now with { Version = start.Version + 1 };
    }

    private void SetWakeUp(JobId job, DateTimeOffset? old, DateTimeOffset? now)
    {
        if (old == now)
        {
            return;
        }

        if (old is { } before)
        {
            wakeUps.Remove(new WakeUp(before, job));
        }

        if (now is { } at)
        {
            wakeUps.Add(new WakeUp(at, job));
        }
    }

    private void SetIndexes(LiveJob job)
    {
        var seeks = !job.State.IsTerminal() && job.Demand.Kind.IsByNode() && !job.IsScheduled;
        Set(nodeSeekers, job.Id, seeks);
        if (job.Demand.Parent is { } parent && Set(children, new ScheduledChild(parent, job.Id), !job.State.IsTerminal()) && job.State.IsTerminal())
        {
            // What waits for its end may start.
            MarkDirty(parent);
        }
    }

    private static bool Set<T>(ImmutableSortedSet<T>.Builder set, T item, bool isIn) => isIn ? set.Add(item) : set.Remove(item);

    /// <summary>More than a sign of life concerns what is placed there, and what may be.</summary>
    private void NoteChange(ClusterNode? old, ClusterNode now)
    {
        var isSame = old is not null && old.Membership == now.Membership && old.FactsRevision == now.FactsRevision && old.Drain == now.Drain && old.Exit == now.Exit;
        if (!isSame || old!.Connection != now.Connection)
        {
            dirtyNodes.Add(now.Id);
        }

        if (isSame)
        {
            return;
        }

        nodesRevision++;
        foreach (var id in now.Executions)
        {
            if (executions.TryGetValue(id, out var execution))
            {
                MarkDirty(execution.Job);
            }
        }
    }

    private static ResourceAmount RoomOf(LiveExecution? execution) =>
        execution is { HoldsRoom: true, InLine: false } ? execution.Amount : ResourceAmount.Zero;

    private static bool IsUnsent(LiveExecution? execution) => execution is not null && execution.AskRevision > execution.AckedRevision;

    private void UpdateNode(LiveExecution? old, LiveExecution? now)
    {
        var id = (now ?? old)!.Node;
        if (!nodes.TryGetValue(id, out var node))
        {
            return;
        }

        var line = node.Line;
        if (old is { InLine: true })
        {
            line = line.Remove(new LinePlace(old.Key, old.Id));
        }

        if (now is { InLine: true })
        {
            line = line.Add(new LinePlace(now.Key, now.Id));
        }

        var outbox = IsUnsent(old) ? node.Outbox.Remove(new LinePlace(old!.AskOrder, old.Id)) : node.Outbox;
        SetNode(node, node with
        {
            Used = node.Used - RoomOf(old) + RoomOf(now),
            Executions = now is null ? node.Executions.Remove(old!.Id) : node.Executions.Add(now.Id),
            Line = line,
            Outbox = IsUnsent(now) ? outbox.Add(new LinePlace(now!.AskOrder, now.Id)) : outbox,
        });
    }

    private void SetNode(ClusterNode? old, ClusterNode now)
    {
        nodes[now.Id] = now;
        nodeIndexes.Follow(old, now);
    }

    private void UpdateHolder(LiveExecution? old, LiveExecution? now)
    {
        var execution = (now ?? old)!;
        CountUsage(execution.Namespace, RoomOf(now) - RoomOf(old), Holds(now) - Holds(old), jobs: 0);
        if (!jobs.TryGetValue(execution.Job, out var job))
        {
            return;
        }

        var changed = job with
        {
            Holders = With(job.Holders, execution, now is { HoldsPartition: true, IsSurge: false }),
            Surges = With(job.Surges, execution, now is { HoldsPartition: true, IsSurge: true }),
        };
        if (changed.Holders != job.Holders || changed.Surges != job.Surges)
        {
            SetHolders(job, changed);
        }
        else if (old?.HealthySince != now?.HealthySince)
        {
            MarkDirty(job.Id);
        }
    }

    private static int Holds(LiveExecution? execution) => execution is { HoldsPartition: true } ? 1 : 0;

    private static ImmutableSortedDictionary<int, ExecutionId> With(
        ImmutableSortedDictionary<int, ExecutionId> holders, LiveExecution execution, bool holds)
    {
        var isIn = holders.TryGetValue(execution.Partition, out var holder) && holder == execution.Id;
        return holds == isIn ? holders : holds ? holders.SetItem(execution.Partition, execution.Id) : holders.Remove(execution.Partition);
    }

    private void SetHolders(LiveJob old, LiveJob now)
    {
        CountUsage(now.Namespace, ResourceAmount.Zero, 0, (now.LiveCount > 0 ? 1 : 0) - (old.LiveCount > 0 ? 1 : 0));
        queue.Remove(old.QueueEntry);
        if (now.IsQueued)
        {
            queue.Add(now.QueueEntry);
        }

        jobs[now.Id] = now;
        dirty.Add(now.Id);
        if (touchedJobs.ContainsKey(now.Id))
        {
            touchedJobs[now.Id] = now;
        }
    }

    private void CountUsage(string space, ResourceAmount amount, int executionCount, int jobs)
    {
        if (amount == ResourceAmount.Zero && executionCount == 0 && jobs == 0)
        {
            return;
        }

        var counted = usage.GetValueOrDefault(space).Plus(amount, executionCount, jobs);
        if (counted == default)
        {
            usage.Remove(space);
        }
        else
        {
            usage[space] = counted;
        }
    }
}

/// <summary>New events of one job, written as one row.</summary>
/// <param name="Job">The job.</param>
/// <param name="Version">Version of the job that they belong to.</param>
/// <param name="Events">The events, in order.</param>
public sealed record JobHistory(LiveJob Job, int Version, List<HistoryEvent> Events);
