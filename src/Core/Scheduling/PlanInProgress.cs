using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;

namespace Bacalhau.Core.Scheduling;

/// <summary>A plan while it is made: what has been decided so far, and what is left of nodes, queue and limits.</summary>
internal sealed class PlanInProgress
{
    private readonly IIdSource ids;
    private readonly Dictionary<JobId, int> placed = [];
    private readonly Dictionary<JobId, int> aside = [];
    private FairQueue? queue;
    private int placements;
    private DateTimeOffset? wakeAt;

    public PlanInProgress(ClusterSnapshot snapshot, DateTimeOffset now, IIdSource ids, PlannerOptions options, PlannerMemory memory)
    {
        this.ids = ids;
        (Snapshot, Now, Options, Reservations) = (snapshot, now, options, memory.Reservations);
        Rooms = new NodeRooms(snapshot, now);
        Data = new DataQuestions(this);
        Waits = new LocalityWaits(this, memory.WaitingForData);
    }

    public ClusterSnapshot Snapshot { get; }

    public DateTimeOffset Now { get; }

    public PlannerOptions Options { get; }

    public List<PlanStep> Steps { get; } = [];

    /// <summary>Jobs that this plan fails.</summary>
    public HashSet<JobId> Failed { get; } = [];

    /// <summary>Jobs for which there is no room where their data is, or has to be: whether it is anywhere is known since their nodes have answered.</summary>
    public List<LiveJob> WithoutData { get; } = [];

    /// <summary>Rooms that are kept for jobs which were passed over for long.</summary>
    public ImmutableSortedDictionary<int, Reservation> Reservations { get; set; }

    /// <summary>Whether a limit cut the pass short.</summary>
    public bool HasMore { get; set; }

    /// <summary>What is left of the nodes.</summary>
    public NodeRooms Rooms { get; }

    /// <summary>Where the data of jobs is.</summary>
    public DataQuestions Data { get; }

    /// <summary>The jobs that wait for a busy node that holds their data.</summary>
    public LocalityWaits Waits { get; }

    /// <summary>The queue, while it is served.</summary>
    public FairQueue? Queue => queue;

    /// <summary>Begins to serve the queue.</summary>
    public FairQueue OpenQueue() => queue = new FairQueue(Snapshot, Options, Snapshot.Capacity.Capacity);

    /// <summary>How many executions this plan gives a job.</summary>
    public int PlacedOf(LiveJob job) => placed.GetValueOrDefault(job.Id);

    /// <summary>How many partitions of a job this plan has placed, or has left waiting while others go ahead.</summary>
    public int HandledOf(LiveJob job) => PlacedOf(job) + aside.GetValueOrDefault(job.Id);

    /// <summary>The next partition of a job is left waiting, and those behind it may go ahead; false if that are too many.</summary>
    public bool TrySetAside(LiveJob job)
    {
        var count = aside.GetValueOrDefault(job.Id) + 1;
        aside[job.Id] = count;
        return count <= LiveJob.MostAhead && job.Retries.Count <= LiveJob.MostAhead;
    }

    /// <summary>Whether this plan may place one more.</summary>
    public bool HasPlacementsLeft()
    {
        if (placements < Options.MaxPlacements)
        {
            return true;
        }

        HasMore = true;
        return false;
    }

    /// <summary>Whether nothing holds the partition, or only an execution of a lost node that may not publish any more.</summary>
    public bool IsFree(LiveJob job, int partition)
    {
        if (job.Surges.ContainsKey(partition))
        {
            return false;
        }

        if (!job.Holders.TryGetValue(partition, out var holder))
        {
            return true;
        }

        if (Snapshot.Executions.GetValueOrDefault(holder) is not { HoldsRoom: false, IsEnded: false } lost)
        {
            return false;
        }

        if (lost.GrantUntil > Now)
        {
            Wake(lost.GrantUntil.Value);
            return false;
        }

        return true;
    }

    /// <summary>Whether the job's own limit or its namespace's quota allows no further execution.</summary>
    public bool IsAtLimit(LiveJob job)
    {
        var count = job.LiveCount + PlacedOf(job);
        var used = queue?.UsageOf(job.Namespace) ?? Snapshot.Usage.GetValueOrDefault(job.Namespace);
        return (job.Demand.MaxConcurrency > 0 && count >= job.Demand.MaxConcurrency)
            || QuotaRules.FindObjection(Options.Quotas.GetValueOrDefault(job.Namespace), used, job, isFirst: count == 0) is not null;
    }

    /// <summary>Gives a node an execution.</summary>
    /// <param name="job">The job.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="found">The node.</param>
    /// <param name="replaces">Execution of a lost node that loses the partition to it; null for none.</param>
    /// <param name="beside">Execution of an old version beside which it runs; null for none.</param>
    public void Place(LiveJob job, int partition, FoundRoom found, ExecutionId? replaces, ExecutionId? beside)
    {
        var count = PlacedOf(job);
        Rooms.Give(found.Room, job.Id, job.Demand.Amount, found.InLine);
        Data.PlacesOf(job, partition).Expect(found.Room.Node.Id);
        queue?.Give(job, isFirst: job.LiveCount + count == 0, holdsRoom: !found.InLine);
        var node = found.Room.Node;
        Steps.Add(new PlanStep.Place(
            job.Id, job.Version, partition, node.Id, node.Session!.Value, ids.NextExecutionId(), job.Demand.Amount, found.InLine, replaces, beside, found.Choice));
        placed[job.Id] = count + 1;
        placements++;
        if (Reservations.TryGetValue(job.Demand.Priority, out var kept) && kept.Job == job.Id)
        {
            Reservations = Reservations.Remove(job.Demand.Priority);
        }
    }

    /// <summary>Fails a job, and takes back what this plan has given it.</summary>
    public void Fail(LiveJob job, string topic, ExecutionProblem problem)
    {
        Failed.Add(job.Id);
        Steps.RemoveAll(step => step is PlanStep.Place place && place.Job == job.Id);
        Steps.Add(new PlanStep.Fail(job.Id, job.Version, topic, problem));
    }

    /// <summary>Has the next plan made at a time at the latest.</summary>
    public void Wake(DateTimeOffset at) => wakeAt = Earlier(wakeAt, at);

    public Plan ToPlan() => new([.. Steps], Earlier(NextWakeUp(), wakeAt), HasMore);

    /// <summary>The earlier of two times, of which either may be missing.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private DateTimeOffset? NextWakeUp()
    {
        var index = Snapshot.WakeUps.IndexOf(new WakeUp(Now, new JobId("\uffff")));
        index = index < 0 ? ~index : index;
        return index < Snapshot.WakeUps.Count ? Snapshot.WakeUps[index].At : null;
    }
}
