using Bacalhau.Core.Cluster;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>What is left of one node while a plan is made.</summary>
internal sealed class NodeRoom(ClusterNode node, DateTimeOffset now)
{
    private Dictionary<JobId, int>? given;
    private int reservedPriority;

    public ClusterNode Node { get; } = node;

    /// <summary>Its free room; nothing may be placed there while something waits in its line.</summary>
    public NodeVacancy Vacancy { get; private set; } = NodeVacancy.Of(node, node.Free);

    public int LineLength { get; private set; } = node.Line.Count;

    public int LineLeft { get; private set; } = node.Ends.LookAhead(now) - node.Line.Count;

    /// <summary>Counts what was given in this plan.</summary>
    public int Changes { get; private set; }

    /// <summary>The job for which its room is kept; null for none.</summary>
    public JobId? ReservedFor { get; private set; }

    /// <summary>Whether it has room now. What waits in its line comes first, and what is kept for another job of this or a higher priority is not given away.</summary>
    public bool Takes(LiveJob job) => LineLength == 0 && job.Demand.Amount.FitsIn(Vacancy.Free) && IsOpenTo(job);

    /// <summary>Whether it may be given work beyond its capacity.</summary>
    public bool TakesAhead(LiveJob job) => LineLeft > 0 && ReservedFor is null && IsOpenTo(job);

    /// <summary>How many executions of a job this plan gives it.</summary>
    public int GivenTo(JobId job) => given?.GetValueOrDefault(job) ?? 0;

    public void Reserve(JobId job, int priority) => (ReservedFor, reservedPriority) = (job, priority);

    public void Give(JobId job, ResourceAmount amount, bool inLine)
    {
        (given ??= [])[job] = GivenTo(job) + 1;
        Changes++;
        if (inLine)
        {
            LineLength++;
            LineLeft--;
        }
        else
        {
            Vacancy = NodeVacancy.Of(Node, Vacancy.Free - amount);
        }
    }

    /// <summary>How much of an amount it lacks: the largest part of what is asked, over all dimensions.</summary>
    public double Lack(ResourceAmount amount)
    {
        var free = Vacancy.Free;
        return Math.Max(
            Math.Max(Part(amount.CpuMillis, free.CpuMillis), Part(amount.MemoryBytes, free.MemoryBytes)),
            Math.Max(Part(amount.DiskBytes, free.DiskBytes), Part(amount.Gpus, free.Gpus)));
    }

    private static double Part(long asked, long free) => asked <= 0 || free >= asked ? 0 : (double)(asked - free) / asked;

    private bool IsOpenTo(LiveJob job) => ReservedFor is null || ReservedFor == job.Id || job.Demand.Priority > reservedPriority;
}
