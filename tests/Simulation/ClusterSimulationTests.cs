using Bacalhau.Simulation.Cluster;

namespace Bacalhau.Simulation;

public sealed class ClusterSimulationTests
{
    /// <summary>Seeds from 1; <c>BACALHAU_SIMULATION_SEEDS=17</c> runs that one alone and prints its trace, <c>1-5000</c> a range.</summary>
    private static (int First, int Last) Seeds
    {
        get
        {
            var text = Environment.GetEnvironmentVariable("BACALHAU_SIMULATION_SEEDS") ?? "1-300";
            var parts = text.Split('-');
            return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void No_seed_breaks_a_promise()
    {
        var (first, last) = Seeds;
        var failed = new List<SimulationResult>();
        for (var seed = first; seed <= last; seed++)
        {
            var result = ClusterSimulation.Run(seed);
            if (result.Violation is not null)
            {
                failed.Add(result);
                break;
            }
        }

        Assert.True(failed.Count == 0, failed.Count == 0 ? "" : Describe(failed[0], isAlone: first == last));
    }

    private static string Describe(SimulationResult result, bool isAlone) =>
        $"seed {result.Seed}: {result.Violation}\nTo see it again: BACALHAU_SIMULATION_SEEDS={result.Seed} dotnet run --project tests/Simulation\n"
        + (isAlone ? string.Join('\n', result.Trace) : "");
}
