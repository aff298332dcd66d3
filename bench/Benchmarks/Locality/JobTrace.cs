namespace Bacalhau.Benchmarks.Locality;

/// <summary>Jobs as they come, and the data that they read.</summary>
/// <param name="Nodes">Number of nodes.</param>
/// <param name="Sizes">Bytes of each dataset.</param>
/// <param name="Holders">Nodes on which each dataset lies at the begin.</param>
/// <param name="Jobs">The jobs, by time.</param>
internal sealed record JobTrace(int Nodes, long[] Sizes, int[][] Holders, TracedJob[] Jobs)
{
    /// <summary>Executions that a node runs at once.</summary>
    public const int Slots = 4;

    /// <summary>Bytes per second that a node fetches.</summary>
    public const long Bandwidth = 100_000_000;

    private const int Seed = 7;
    private const double MeanRun = 60;
    private const double SmallestBytes = 1e8;
    private const double LargestBytes = 4e9;

    /// <summary>Makes one: popularity falls with the rank (Zipf, exponent 1), sizes are spread evenly over their magnitudes, arrivals and run times are random (exponential).</summary>
    public static JobTrace Make(int nodes, int datasets, int jobs, double load)
    {
        var random = new Random(Seed);
        var sizes = Enumerable.Range(0, datasets).Select(_ => (long)(SmallestBytes * Math.Pow(LargestBytes / SmallestBytes, random.NextDouble()))).ToArray();
        var holders = sizes.Select(_ => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.Next(nodes)).Distinct().ToArray()).ToArray();
        var popularity = Cumulated(Enumerable.Range(1, datasets).Select(rank => 1.0 / rank));
        var pace = load * nodes * Slots / MeanRun;
        var (made, at) = (new TracedJob[jobs], 0.0);
        for (var i = 0; i < jobs; i++)
        {
            at += Exponential(random) / pace;
            var dataset = Array.BinarySearch(popularity, random.NextDouble());
            made[i] = new TracedJob(TimeSpan.FromSeconds(at), dataset < 0 ? ~dataset : dataset, TimeSpan.FromSeconds(MeanRun * Exponential(random)));
        }

        return new JobTrace(nodes, sizes, holders, made);
    }

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());

    private static double[] Cumulated(IEnumerable<double> weights)
    {
        var all = weights.ToList();
        var (total, sum) = (all.Sum(), 0.0);
        return [.. all.Select(weight => sum += weight / total)];
    }
}

/// <summary>One job.</summary>
/// <param name="At">When it is submitted.</param>
/// <param name="Dataset">What it reads.</param>
/// <param name="Run">How long its program runs.</param>
internal sealed record TracedJob(TimeSpan At, int Dataset, TimeSpan Run);
