namespace Bacalhau.Benchmarks;

/// <summary>Order statistics of measured times.</summary>
internal static class Percentiles
{
    /// <summary>The value below which the given share of the values lies.</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
