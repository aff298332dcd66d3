using System.Diagnostics;
using Bacalhau.Simulation.Cluster;
using Bacalhau.Simulation.Faults;

namespace Bacalhau.Simulation;

/// <summary>Runs the simulations of many seeds, as many at once as there are cores.</summary>
/// <param name="first">First seed.</param>
/// <param name="last">Last seed, included.</param>
/// <param name="until">When no further seed is begun, as a <see cref="Stopwatch"/> timestamp.</param>
internal sealed class SeedRun(int first, int last, long until = long.MaxValue)
{
    /// <summary>So many failures are enough to look at.</summary>
    private const int MostFailures = 20;

    private readonly Lock gate = new();
    private readonly List<SimulationResult> failures = [];
    private int taken;

    /// <summary>Seeds that were run.</summary>
    public int Count { get; private set; }

    /// <summary>Time of all processors that a seed took on average.</summary>
    public TimeSpan CpuPerSeed { get; private set; }

    /// <summary>What struck where.</summary>
    public FaultTable Faults { get; } = new();

    /// <summary>Seeds that broke a promise, smallest first.</summary>
    public IEnumerable<SimulationResult> Failures => failures.OrderBy(failure => failure.Seed);

    public SeedRun Run()
    {
        var before = Environment.CpuUsage.TotalTime;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        CpuPerSeed = (Environment.CpuUsage.TotalTime - before) / Math.Max(1, Count);
        return this;
    }

    private void Work()
    {
        while (Take() is { } seed)
        {
            var result = ClusterSimulation.Run(seed, isTraced: first == last);
            lock (gate)
            {
                Count++;
                Faults.Add(result.Faults);
                if (result.Violation is not null)
                {
                    Console.WriteLine($"seed {seed}: {result.Violation}");
                    failures.Add(result);
                }
            }
        }
    }

    private int? Take()
    {
        lock (gate)
        {
            return first + taken <= last && failures.Count < MostFailures && Stopwatch.GetTimestamp() < until ? first + taken++ : null;
        }
    }
}
