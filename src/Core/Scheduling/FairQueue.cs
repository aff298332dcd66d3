using Bacalhau.Core.Cluster;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Whose turn it is, while a plan is made: the highest priority first, then the namespace that has the smallest part of the cluster for its share, then the job
/// with the fewest executions, then the oldest. A group of jobs that fit the same nodes is passed over at once.
/// </summary>
internal sealed class FairQueue(ClusterSnapshot snapshot, PlannerOptions options, ResourceAmount total)
{
    private readonly Dictionary<string, NamespaceUsage> used = [];
    private readonly PriorityQueue<SpaceTurns, SpaceOrder> spaces = new();
    private readonly HashSet<long> passedOver = [];
    private readonly HashSet<long> left = [];
    private SpaceTurns? current;
    private int nextLevel;
    private int scanned;

    /// <summary>How many groups were passed over.</summary>
    public int PassedOver => passedOver.Count;

    /// <summary>The next job whose turn it is; null when there is none, or enough were looked at.</summary>
    public LiveJob? Next()
    {
        if (current is not null)
        {
            spaces.Enqueue(current, OrderOf(current.Name));
        }

        while (passedOver.Count < options.MaxPassedOver && ++scanned <= options.MaxScanned && (spaces.Count > 0 || OpenLevel()))
        {
            current = spaces.Dequeue();
            while (current.Next(passedOver, left) is { } entry)
            {
                if (snapshot.Jobs.TryGetValue(entry.Job, out var job))
                {
                    return job;
                }
            }
        }

        current = null;
        return null;
    }

    /// <summary>What the namespace of a job has, with what this plan gives it.</summary>
    public NamespaceUsage UsageOf(string space) => used.TryGetValue(space, out var known) ? known : snapshot.Usage.GetValueOrDefault(space);

    /// <summary>An execution was given to a job.</summary>
    public void Give(LiveJob job, bool isFirst, bool holdsRoom) => used[job.Namespace] =
        UsageOf(job.Namespace).Plus(holdsRoom ? job.Demand.Amount : ResourceAmount.Zero, 1, isFirst ? 1 : 0);

    /// <summary>The job whose turn it is gets another one, behind those that have fewer executions.</summary>
    public void Again(LiveJob job, int running) => current!.Add(job.QueueEntry with { Running = running });

    /// <summary>No node has room for jobs like this one.</summary>
    public void PassOver(LiveJob job) => passedOver.Add(job.QueueEntry.Shape);

    /// <summary>Jobs like this one wait for something else than room, which says nothing about those behind them.</summary>
    public void Leave(LiveJob job) => left.Add(job.QueueEntry.Shape);

    private bool OpenLevel()
    {
        if (nextLevel >= snapshot.Queue.Count)
        {
            return false;
        }

        var priority = snapshot.Queue[nextLevel].Priority;
        SpaceTurns? space = null;
        while (nextLevel < snapshot.Queue.Count && snapshot.Queue[nextLevel] is var first && first.Priority == priority)
        {
            if (space?.Name != first.Namespace)
            {
                space = new SpaceTurns(first.Namespace, snapshot);
                spaces.Enqueue(space, OrderOf(first.Namespace));
            }

            var end = snapshot.Queue.IndexOf(first with { Running = int.MaxValue, Sequence = long.MaxValue });
            end = end < 0 ? ~end : end;
            space.Add(nextLevel, end);
            nextLevel = end;
        }

        return true;
    }

    private SpaceOrder OrderOf(string space)
    {
        var amount = UsageOf(space).Amount;
        var part = Math.Max(
            Math.Max(Part(amount.CpuMillis, total.CpuMillis), Part(amount.MemoryBytes, total.MemoryBytes)),
            Math.Max(Part(amount.DiskBytes, total.DiskBytes), Part(amount.Gpus, total.Gpus)));
        return new SpaceOrder(part / Math.Max(1e-6, options.Quotas.GetValueOrDefault(space)?.Share ?? 1), space);
    }

    private static double Part(long part, long whole) => whole <= 0 ? 0 : (double)part / whole;

    private readonly record struct SpaceOrder(double Part, string Name) : IComparable<SpaceOrder>
    {
        public int CompareTo(SpaceOrder other)
        {
            var byPart = Part.CompareTo(other.Part);
            return byPart != 0 ? byPart : string.CompareOrdinal(Name, other.Name);
        }
    }

    /// <summary>The jobs of one namespace and priority; groups are read one entry at a time, as most are passed over or never reached.</summary>
    private sealed class SpaceTurns(string name, ClusterSnapshot snapshot)
    {
        private readonly PriorityQueue<Turn, (int Running, long Sequence)> turns = new();

        public string Name { get; } = name;

        public void Add(int index, int end)
        {
            var entry = snapshot.Queue[index];
            turns.Enqueue(new Turn(entry, index, end), (entry.Running, entry.Sequence));
        }

        public void Add(QueueEntry entry) => turns.Enqueue(new Turn(entry, 0, 0), (entry.Running, entry.Sequence));

        public QueueEntry? Next(HashSet<long> passedOver, HashSet<long> left)
        {
            while (turns.TryDequeue(out var turn, out _))
            {
                if (passedOver.Contains(turn.Entry.Shape) || left.Contains(turn.Entry.Shape))
                {
                    continue;
                }

                if (turn.Index + 1 < turn.End)
                {
                    Add(turn.Index + 1, turn.End);
                }

                return turn.Entry;
            }

            return null;
        }
    }

    private readonly record struct Turn(QueueEntry Entry, int Index, int End);
}
