using System.Collections.Immutable;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Core.Scheduling;
using Bacalhau.Core.Tests.Cluster;

namespace Bacalhau.Core.Tests.Scheduling;

/// <summary>The planner looks at few nodes; what it chooses is what a look at all of them gives.</summary>
public sealed class PlacementChoiceTests
{
    private static readonly string[] _zones = ["a", "b", "c"];
    private static readonly PlannerOptions _options = new() { ReserveAfter = TimeSpan.FromDays(1) };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Each_execution_goes_to_the_best_node_and_none_waits_while_one_has_room(int seed)
    {
        var world = new ClusterWorld(seed) { Options = _options };
        for (var i = 0; i < 4 + world.Pick(12); i++)
        {
            world.AddNode(Facts(world));
        }

        for (var round = 0; round < 12; round++)
        {
            for (var i = world.Pick(8); i > 0; i--)
            {
                world.Submit(Demand(world));
            }

            var before = world.Snapshot;
            var plan = world.PlanAndApply();
            Compare(before, plan, world.Now);
            Happen(world);
            world.Pass(TimeSpan.FromMilliseconds(world.Pick(2000)));
        }
    }

    /// <summary>Carries the plan out again, with a look at every node for each execution.</summary>
    private static void Compare(ClusterSnapshot snapshot, Plan plan, DateTimeOffset now)
    {
        var rooms = snapshot.Nodes.Values.Where(node => node.IsEligible).Select(node => new NodeRoom(node, now)).ToList();
        var failed = plan.Steps.OfType<PlanStep.Fail>().Select(step => step.Job).ToHashSet();
        foreach (var place in failed.Count > 0 ? [] : plan.Steps.OfType<PlanStep.Place>())
        {
            var job = snapshot.Jobs[place.Job];
            var chosen = rooms.Single(room => room.Node.Id == place.Node);
            var best = Ranks(snapshot, rooms, job, now, place.InLine).Min();
            Assert.Contains(best, Ranks(snapshot, [chosen], job, now, place.InLine));
            Assert.True(!place.InLine || !Ranks(snapshot, rooms, job, now, inLine: false).Any(), $"{place} waits in a line, while a node has room");
            chosen.Give(job.Id, place.Amount, place.InLine);
        }

        foreach (var job in snapshot.Queue.Select(entry => snapshot.Jobs[entry.Job]).Where(job => failed.Count == 0 && !job.Demand.Kind.IsByNode()))
        {
            var placed = plan.Steps.OfType<PlanStep.Place>().Count(place => place.Job == job.Id);
            if (job.Retries.IsEmpty && job.NextFresh + placed < job.Demand.Count)
            {
                Assert.Empty(Ranks(snapshot, rooms, job, now, inLine: false));
            }
        }
    }

    private static IEnumerable<NodeRank> Ranks(ClusterSnapshot snapshot, List<NodeRoom> rooms, LiveJob job, DateTimeOffset now, bool inLine)
    {
        foreach (var room in rooms)
        {
            if (NodeFilter.FindObjection(room.Node.Facts, job.Demand) is null
                && NodeFilter.FindRefusal(room.Node, job, now) is null
                && (inLine ? room.TakesAhead(job) : room.Takes(job)))
            {
                var rank = NodeRank.Of(room, job.Demand, inLine) with { Failures = job.Failures.GetValueOrDefault(room.Node.Id)?.At(now) ?? 0 };
                yield return job.Demand.Spreads
                    ? rank with { Own = job.Holders.Values.Count(id => snapshot.Executions[id].Node == room.Node.Id) + room.GivenTo(job.Id) }
                    : rank;
            }
        }
    }

    /// <summary>Executions end in one way or another, and nodes change.</summary>
    private static void Happen(ClusterWorld world)
    {
        foreach (var execution in world.Snapshot.Executions.Values.Where(execution => execution is { IsEnded: false, InLine: false } && world.Pick(3) == 0))
        {
            var ends = new[] { ObservedOutcome.Completed, ObservedOutcome.Completed, ObservedOutcome.Failed, ObservedOutcome.Refused };
            world.Report(execution.Id, execution.Ask == Ask.Stop ? ObservedOutcome.Stopped : ends[world.Pick(ends.Length)]);
        }

        var node = world.Snapshot.Nodes.Keys.ElementAt(world.Pick(world.Snapshot.Nodes.Count));
        switch (world.Pick(4))
        {
            case 0:
                world.Drain(node, isDrained: world.Snapshot.Nodes[node].Drain is null);
                break;
            case 1:
                world.Resize(node, Facts(world).Capacity);
                break;
            case 2:
                world.Relabel(node, ("zone", _zones[world.Pick(3)]));
                break;
            default:
                world.AddNode(Facts(world));
                break;
        }
    }

    private static NodeFacts Facts(ClusterWorld world) =>
        ClusterWorld.Facts(new ResourceAmount(1000 * (1 + world.Pick(3)), 1_000_000_000 * (1 + world.Pick(3)), 0, world.Pick(2))) with
        {
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("zone", _zones[world.Pick(3)]).Add("disk", world.Pick(2) == 0 ? "ssd" : "hdd"),
        };

    private static JobDemand Demand(ClusterWorld world)
    {
        var isService = world.Pick(2) == 0;
        return new JobDemand
        {
            Kind = isService ? JobKind.Service : JobKind.Batch,
            Spreads = isService,
            Count = 1 + world.Pick(world.Pick(5) == 0 ? 40 : 4),
            Amount = new ResourceAmount(100 * (1 + world.Pick(9)), 100_000_000, 0, world.Pick(8) / 7),
            Engine = "wasm",
            QueueTimeout = TimeSpan.FromHours(1),
            Constraints = world.Pick(3) == 0 ? [Label("zone", _zones[world.Pick(3)])] : [],
            Preferences = [.. new[] { Label("zone", _zones[world.Pick(3)]), Label("disk", "ssd") }.Take(world.Pick(3))],
        };
    }

    private static LabelRequirement Label(string key, string value) => new() { Key = key, Operator = "=", Values = [value] };
}
