using Bacalhau.Core.Jobs;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Order of nodes for one job, smaller first: fewest failures of the job there, preferences, fewest executions of it where they are to be spread, shortest line, then
/// the fullest that still fits, or the emptiest where they are to be spread.
/// </summary>
/// <param name="Failures">Attempts of the job that failed there lately.</param>
/// <param name="Unmet">Preferences of the job that it does not meet.</param>
/// <param name="Own">Executions of the job there, where they are to be spread.</param>
/// <param name="Line">Executions that wait there.</param>
/// <param name="Left">Share of the node that stays free; negative where executions are to be spread.</param>
/// <param name="Key">The node's key, so that there is always one order.</param>
internal readonly record struct NodeRank(int Failures, int Unmet, int Own, int Line, double Left, long Key) : IComparable<NodeRank>
{
    /// <summary>What depends on the node and the shape of the demand alone.</summary>
    public static NodeRank Of(NodeRoom room, JobDemand demand, bool inLine)
    {
        var unmet = 0;
        foreach (var preference in demand.Preferences)
        {
            unmet += LabelSelector.Matches(preference, room.Node.Facts.Labels) ? 0 : 1;
        }

        var capacity = room.Node.Facts.Capacity;
        var left = Share(room.Free.CpuMillis, capacity.CpuMillis) + Share(room.Free.MemoryBytes, capacity.MemoryBytes) + (4 * Share(room.Free.Gpus, capacity.Gpus));
        return new NodeRank(0, unmet, 0, inLine ? room.LineLength : 0, demand.Spreads ? -left : left, room.Node.Key);
    }

    /// <inheritdoc/>
    public int CompareTo(NodeRank other) =>
        Failures != other.Failures ? Failures.CompareTo(other.Failures)
        : Unmet != other.Unmet ? Unmet.CompareTo(other.Unmet)
        : Own != other.Own ? Own.CompareTo(other.Own)
        : Line != other.Line ? Line.CompareTo(other.Line)
        : Left != other.Left ? Left.CompareTo(other.Left)
        : Key.CompareTo(other.Key);

    private static double Share(long part, long whole) => whole <= 0 ? 0 : (double)part / whole;
}
