using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;

namespace Bacalhau.Core.Scheduling;

/// <summary>
/// Order of nodes for one job, smaller first: fewest failures of the job there, preferences, fewest executions of it where they are to be spread, fewest bytes that
/// have to move, shortest line, then the fullest that still fits, or the emptiest where they are to be spread.
/// </summary>
/// <param name="Failures">Attempts of the job that failed there lately.</param>
/// <param name="Unmet">Preferences of the job that it does not meet.</param>
/// <param name="Own">Executions of the job there, where they are to be spread.</param>
/// <param name="Missing">Bytes of its inputs that would have to move there.</param>
/// <param name="Line">Executions that wait there.</param>
/// <param name="Left">Share of the node that is free; negative where executions are to be spread.</param>
/// <param name="Key">The node's key, so that there is always one order.</param>
internal readonly record struct NodeRank(int Failures, int Unmet, int Own, long Missing, int Line, double Left, long Key) : IComparable<NodeRank>
{
    /// <summary>What depends on the node and the shape of the demand alone.</summary>
    public static NodeRank Of(NodeRoom room, JobDemand demand, bool inLine)
    {
        var left = room.Vacancy.Left;
        return new NodeRank(0, CountUnmet(room.Node.Facts, demand), 0, 0, inLine ? room.LineLength : 0, demand.PrefersEmpty ? -left : left, room.Node.Key);
    }

    /// <summary>How many preferences of a demand a node does not meet.</summary>
    public static int CountUnmet(NodeFacts facts, JobDemand demand)
    {
        var unmet = 0;
        foreach (var preference in demand.Preferences)
        {
            unmet += LabelSelector.Matches(preference, facts.Labels) ? 0 : 1;
        }

        return unmet;
    }

    /// <inheritdoc/>
    public int CompareTo(NodeRank other) =>
        Failures != other.Failures ? Failures.CompareTo(other.Failures)
        : Unmet != other.Unmet ? Unmet.CompareTo(other.Unmet)
        : Own != other.Own ? Own.CompareTo(other.Own)
        : Missing != other.Missing ? Missing.CompareTo(other.Missing)
        : Line != other.Line ? Line.CompareTo(other.Line)
        : Left != other.Left ? Left.CompareTo(other.Left)
        : Key.CompareTo(other.Key);
}
