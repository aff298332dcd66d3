using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Scheduling;

/// <summary>What is left of the eligible nodes while a plan is made.</summary>
internal sealed class NodeRooms
{
    private readonly List<NodeRoom> rooms = [];
    private readonly Dictionary<string, List<NodeRoom>> byShape = [];
    private readonly DateTimeOffset now;

    public NodeRooms(ClusterSnapshot snapshot, DateTimeOffset now)
    {
        this.now = now;
        foreach (var (_, node) in snapshot.Nodes)
        {
            if (node.IsEligible)
            {
                rooms.Add(new NodeRoom(node, now));
            }
        }
    }

    /// <summary>The best node for one more execution of the job: one with room, else one that works fast enough to be given work ahead; null if there is none.</summary>
    public (NodeRoom Room, bool InLine)? Find(LiveJob job)
    {
        var candidates = CandidatesOf(job.Demand);
        return Best(candidates, job, inLine: false) is { } free ? (free, false)
            : job.Demand.Amount.Gpus == 0 && Best(candidates, job, inLine: true) is { } busy ? (busy, true)
            : null;
    }

    /// <summary>A node other than <paramref name="except"/> with free room for the job; null if there is none.</summary>
    public NodeRoom? FindOther(LiveJob job, NodeId except) =>
        Best(CandidatesOf(job.Demand).Where(room => room.Node.Id != except), job, inLine: false);

    private List<NodeRoom> CandidatesOf(JobDemand demand)
    {
        if (!byShape.TryGetValue(demand.Shape, out var fitting))
        {
            byShape[demand.Shape] = fitting = rooms.FindAll(room => NodeFilter.FindObjection(room.Node.Facts, demand) is null);
        }

        return fitting;
    }

    private NodeRoom? Best(IEnumerable<NodeRoom> candidates, LiveJob job, bool inLine)
    {
        NodeRoom? best = null;
        var bestRank = default(NodeRank);
        foreach (var room in candidates)
        {
            if ((inLine ? room.LineLeft <= 0 : !room.Takes(job.Demand.Amount)) || NodeFilter.FindRefusal(room.Node, job, now) is not null)
            {
                continue;
            }

            var rank = NodeRank.Of(room, job, inLine);
            if (best is null || rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (room, rank);
            }
        }

        return best;
    }
}

/// <summary>What is left of one node while a plan is made.</summary>
internal sealed class NodeRoom(ClusterNode node, DateTimeOffset now)
{
    public ClusterNode Node { get; } = node;

    public ResourceAmount Free { get; private set; } = node.Free;

    public int LineLength { get; private set; } = node.Line.Count;

    public int LineLeft { get; private set; } = node.Ends.LookAhead(now) - node.Line.Count;

    /// <summary>Whether it has room now. What waits in its line comes first.</summary>
    public bool Takes(ResourceAmount amount) => LineLength == 0 && amount.FitsIn(Free);

    public void Give(ResourceAmount amount, bool inLine)
    {
        if (inLine)
        {
            LineLength++;
            LineLeft--;
        }
        else
        {
            Free -= amount;
        }
    }
}

/// <summary>Order of nodes for one job, smaller first: fewest failures of the job there, preferences, shortest line, then the fullest that still fits.</summary>
/// <param name="Failures">Attempts of the job that failed there.</param>
/// <param name="Unmet">Preferences of the job that it does not meet.</param>
/// <param name="Line">Executions that wait there.</param>
/// <param name="Left">Share of the node that stays free.</param>
internal readonly record struct NodeRank(int Failures, int Unmet, int Line, double Left)
{
    public static NodeRank Of(NodeRoom room, LiveJob job, bool inLine)
    {
        var unmet = 0;
        foreach (var preference in job.Demand.Preferences)
        {
            unmet += LabelSelector.Matches(preference, room.Node.Facts.Labels) ? 0 : 1;
        }

        var capacity = room.Node.Facts.Capacity;
        var left = Share(room.Free.CpuMillis, capacity.CpuMillis) + Share(room.Free.MemoryBytes, capacity.MemoryBytes) + (4 * Share(room.Free.Gpus, capacity.Gpus));
        return new NodeRank(job.Failures.GetValueOrDefault(room.Node.Id), unmet, inLine ? room.LineLength : 0, left);
    }

    public int CompareTo(NodeRank other) =>
        Failures != other.Failures ? Failures.CompareTo(other.Failures)
        : Unmet != other.Unmet ? Unmet.CompareTo(other.Unmet)
        : Line != other.Line ? Line.CompareTo(other.Line)
        : Left.CompareTo(other.Left);

    private static double Share(long part, long whole) => whole <= 0 ? 0 : (double)part / whole;
}
