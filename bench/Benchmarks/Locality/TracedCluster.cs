using System.Globalization;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Locality;
using Bacalhau.Core.Scheduling;

namespace Bacalhau.Benchmarks.Locality;

/// <summary>What a trace has come to.</summary>
/// <param name="LocalShare">Share of the bytes read that were on the node.</param>
/// <param name="MeanDelay">Mean seconds from a job's submission to the start of its program.</param>
/// <param name="MeanWait">Mean seconds from a job's submission to its placement.</param>
/// <param name="PassMillis">Mean milliseconds of a planning pass.</param>
internal sealed record TraceResult(double LocalShare, double MeanDelay, double MeanWait, double PassMillis);

/// <summary>Runs a trace in virtual time: the planner is the real one, the nodes fetch and run in no more than arithmetic.</summary>
internal sealed class TracedCluster
{
    private static readonly TimeSpan _answersAfter = TimeSpan.FromMilliseconds(5);
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> events = new();
    private readonly JobTrace trace;
    private readonly bool countsData;
    private readonly BenchWorld world;
    private readonly Dictionary<int, DateTimeOffset>[] holders;
    private readonly Dictionary<JobId, TracedJob> jobs = [];
    private DateTimeOffset? wakeAt;
    private long order;
    private double local;
    private double read;
    private double delay;
    private double wait;

    public TracedCluster(JobTrace trace, bool countsData)
    {
        (this.trace, this.countsData) = (trace, countsData);
        world = new BenchWorld(trace.Nodes, cpuMillis: 1000 * JobTrace.Slots);
        holders = [.. trace.Holders.Select(nodes => nodes.ToDictionary(node => node, _ => world.Begin))];
    }

    /// <summary>Runs it to its end.</summary>
    public TraceResult Run()
    {
        foreach (var job in trace.Jobs)
        {
            At(world.Begin + job.At, () => jobs[world.Submit(DemandOf(job))] = job);
        }

        while (events.TryDequeue(out var happen, out var when))
        {
            world.Now = when.At;
            happen();
            Plan();
        }

        var count = trace.Jobs.Length;
        return new TraceResult(local / read, delay / count, wait / count, world.PlanningTime.TotalMilliseconds / world.Passes);
    }

    private JobDemand DemandOf(TracedJob job) => BenchWorld.Demand(1000) with
    {
        PrefersEmpty = countsData,
        Data = countsData ? [new DataNeed { Key = job.Dataset.ToString(CultureInfo.InvariantCulture), Source = new SpecConfig { Type = "s3" }, Name = "data" }] : [],
    };

    private void Plan()
    {
        for (var plan = world.Plan(); ; plan = world.Plan())
        {
            foreach (var step in plan.Steps)
            {
                Follow(step);
            }

            if (plan.Steps.IsEmpty)
            {
                WakeAt(plan.WakeAt);
                return;
            }
        }
    }

    private void Follow(PlanStep step)
    {
        if (step is PlanStep.Ask ask)
        {
            At(world.Now + _answersAfter, () => Answer(ask.Need));
        }
        else if (step is PlanStep.Place place)
        {
            Start(place);
        }
    }

    private void Answer(DataNeed need)
    {
        var dataset = int.Parse(need.Key, CultureInfo.InvariantCulture);
        var size = trace.Sizes[dataset];
        world.Change(draft =>
        {
            foreach (var (node, _) in holders[dataset].Where(holder => holder.Value <= world.Now))
            {
                DataFacts.Answer(draft, BenchWorld.NodeOf(node), need.Key, new DataHolding { Bytes = size, TotalBytes = size, At = world.Now }, JobTrace.Bandwidth);
            }
        });
    }

    private void Start(PlanStep.Place place)
    {
        var job = jobs[place.Job];
        var node = BenchWorld.NumberOf(place.Node);
        var size = trace.Sizes[job.Dataset];
        var isHere = holders[job.Dataset].TryGetValue(node, out var hereAt);
        if (!isHere)
        {
            // Those who come while it is on its way wait for the rest of it, as in the input cache.
            holders[job.Dataset][node] = hereAt = world.Now + TimeSpan.FromSeconds((double)size / JobTrace.Bandwidth);
        }

        var fetch = hereAt > world.Now ? hereAt - world.Now : TimeSpan.Zero;
        (local, read) = (local + (isHere ? size : 0), read + size);
        var waited = world.Now - (world.Begin + job.At);
        (wait, delay) = (wait + waited.TotalSeconds, delay + (waited + fetch).TotalSeconds);
        At(world.Now + fetch + job.Run, () => world.Complete(place.Execution));
    }

    private void WakeAt(DateTimeOffset? at)
    {
        if (at is { } next && next > world.Now && (wakeAt is not { } before || before <= world.Now || next < before))
        {
            wakeAt = next;
            At(next, () => { });
        }
    }

    private void At(DateTimeOffset time, Action happen) => events.Enqueue(happen, (time, ++order));
}
