using System.Globalization;

namespace Bacalhau.Benchmarks;

/// <summary>What was measured, printed as one table.</summary>
internal sealed class Report
{
    private readonly List<(string What, string Value, string Aim)> rows = [];

    /// <summary>Whether a gate was passed over: something counted, not timed, that must not grow.</summary>
    public bool HasFailed { get; private set; }

    public void Add(string what, double value, string unit, string aim = "") =>
        rows.Add((what, value.ToString(value >= 100 ? "N0" : "N2", CultureInfo.InvariantCulture) + " " + unit, aim));

    /// <summary>A count that fails the run when it is larger than allowed.</summary>
    public void Gate(string what, double value, string unit, double most)
    {
        HasFailed |= value > most;
        Add(what, value, unit, $"at most {most.ToString(CultureInfo.InvariantCulture)}{(value > most ? "  FAILED" : "")}");
    }

    public void Print(TextWriter output)
    {
        var width = rows.Max(row => row.What.Length);
        var valueWidth = rows.Max(row => row.Value.Length);
        output.WriteLine($"{"measured".PadRight(width)}  {"value".PadLeft(valueWidth)}  aim");
        foreach (var (what, value, aim) in rows)
        {
            output.WriteLine($"{what.PadRight(width)}  {value.PadLeft(valueWidth)}  {aim}".TrimEnd());
        }
    }
}
