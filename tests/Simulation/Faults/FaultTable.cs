using System.Globalization;

namespace Bacalhau.Simulation.Faults;

/// <summary>How often each fault struck at each point.</summary>
internal sealed class FaultTable
{
    private static readonly Fault[] _kinds = [Fault.Kill, Fault.Lose, Fault.Delay, Fault.Double, Fault.Fail];

    private readonly SortedDictionary<string, int[]> counts = new(FaultPoints.All.ToDictionary(point => point.Key, _ => new int[_kinds.Length + 1]), StringComparer.Ordinal);

    public void Count(string point, Fault fault) => counts[point][(int)fault]++;

    public void Add(FaultTable other)
    {
        foreach (var (point, more) in other.counts)
        {
            for (var i = 0; i < more.Length; i++)
            {
                counts[point][i] += more[i];
            }
        }
    }

    /// <summary>Points that were struck less often than that.</summary>
    public IEnumerable<string> Below(int least) => counts.Where(point => point.Value.Sum() < least).Select(point => $"{point.Key} ({point.Value.Sum()})");

    /// <summary>The table for people.</summary>
    public override string ToString()
    {
        var lines = counts.Select(point => Line(point.Key, [.. _kinds.Select(kind => point.Value[(int)kind].ToString(CultureInfo.InvariantCulture)), point.Value.Sum().ToString(CultureInfo.InvariantCulture)]));
        return string.Join('\n', lines.Prepend(Line("fault point", ["killed", "lost", "delayed", "doubled", "failed", "all"])));
    }

    private static string Line(string name, string[] cells) => name.PadRight(40) + string.Concat(cells.Select(cell => cell.PadLeft(8)));
}
