using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks.Locality;

/// <summary>What the answers of many nodes to one question cost the orchestrator, each taken in as a change of its own, and the ranking after them.</summary>
internal static class QuestionScale
{
    private const int Rounds = 5;

    /// <summary>Milliseconds from the question to the placement, the best of several.</summary>
    public static double Measure(int nodes, int holders)
    {
        var best = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            best = Math.Min(best, MeasureOnce(nodes, holders));
        }

        return best;
    }

    private static double MeasureOnce(int nodes, int holders)
    {
        var world = new BenchWorld(nodes, cpuMillis: 4000);
        var need = new DataNeed { Key = "data", Source = new SpecConfig { Type = "s3" }, Name = "data" };
        world.Plan();
        world.Submit(BenchWorld.Demand(1000) with { Data = [need] });
        var start = TimeProvider.System.GetTimestamp();
        world.Plan();
        for (var i = 0; i < holders; i++)
        {
            var held = new DataHolding { Bytes = 1_000_000 + i, TotalBytes = 10_000_000, At = world.Now };
            world.Change(draft => DataFacts.Answer(draft, BenchWorld.NodeOf(i), need.Key, held, bytesPerSecond: 0));
        }

        world.Now += TimeSpan.FromSeconds(1);
        var place = world.Plan().Steps.OfType<PlanStep.Place>().Single();
        var time = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        return place.Node == BenchWorld.NodeOf(holders - 1) ? time : throw new InvalidOperationException($"{place.Node} was chosen, which does not hold most");
    }
}
