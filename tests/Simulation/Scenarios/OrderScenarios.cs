using System.Collections.Immutable;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Which of many jobs comes first, and where it goes.</summary>
internal static class OrderScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "16",
            Title = "Priority on a full node",
            There = "good within a node, but small jobs of lower priority pass a larger one",
            Here = "priority first; smaller jobs go ahead only where what is before them does not fit",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"));
                await cluster.SubmitAsync(new ScenarioJob("first", 8));
                foreach (var (cpu, priority) in new[] { ("0.016", 1), ("0.016", 5), ("0.016", 3), ("0.1", 1), ("0.1", 9), ("0.1", 5), ("0.1", 7) })
                {
                    await cluster.WaitAsync(0.7);
                    await cluster.SubmitAsync(new ScenarioJob($"cpu-{cpu}-prio-{priority}", cpu == "0.1" ? 1 : 2) { Cpu = cpu, Priority = priority });
                }

                await cluster.EndOfAsync("cpu-0.016-prio-1", "cpu-0.016-prio-3", "cpu-0.016-prio-5", "cpu-0.1-prio-1", "cpu-0.1-prio-5", "cpu-0.1-prio-7", "cpu-0.1-prio-9");
                var order = cluster.Timeline.Runs.Select(run => run.Job).ToList();
                Assert.Equal(["first", "cpu-0.1-prio-9", "cpu-0.1-prio-7"], order.Take(3));
                Assert.Equal("cpu-0.1-prio-1", order[^1]);
            },
        },
        new()
        {
            Number = "16b",
            Title = "Priority on a full node, equal sizes",
            There = "mixed: priority is honoured, within one priority the later job comes first",
            Here = "priority first, then the earlier job",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"));
                await cluster.SubmitAsync(new ScenarioJob("first", 12));
                foreach (var (name, priority) in new[] { ("prio-1", 1), ("prio-5", 5), ("prio-3", 3), ("prio-9", 9), ("prio-5-second", 5) })
                {
                    await cluster.SubmitAsync(new ScenarioJob(name, 2) { Priority = priority });
                }

                await cluster.EndOfAsync("first", "prio-1", "prio-3", "prio-5", "prio-5-second", "prio-9");
                Assert.Equal(["first", "prio-9", "prio-5", "prio-5-second", "prio-3", "prio-1"], cluster.Timeline.Runs.Select(run => run.Job));
            },
        },
        new()
        {
            Number = "22",
            Title = "Twenty short jobs on a node with room for one",
            There = "weak: all are accepted at once and shown as Running; the order is 1, 2, 9, 12, 17, 19, … and the oldest come last",
            Here = "first come, first served; one is Running, the others are Queued",
            Play = cluster => ShortJobsAsync(cluster, 20, "\"Timeouts\": { \"QueueTimeout\": 400 }"),
        },
        new()
        {
            Number = "22b",
            Title = "Six short jobs at once without QueueTimeout",
            There = "surprising: all complete, because the node queues them; order 1, 2, 5, 6, 3, 4",
            Here = "all complete, because lacking room is no failure; in order",
            Play = cluster => ShortJobsAsync(cluster, 6, ""),
        },
        new()
        {
            Number = "34",
            Title = "Burst of jobs on equal nodes",
            There = "weak: 7, 1 and 4 of 12 jobs on three equal nodes, and nothing moves; a node is idle for 23 of 33 s",
            Here = "four jobs on each node, no node idle before the end",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"), Node("node-b", "0.1"), Node("node-c", "0.1"));
                cluster.Timeline.IsBrief = true;
                cluster.Timeline.Step("submit 12 jobs");
                var names = await SubmitManyAsync(cluster, 12, 4, "");
                await cluster.EndOfAsync(names);
                var byNode = cluster.Timeline.Runs.GroupBy(run => run.Node).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
                cluster.Timeline.Note($"executions: {string.Join(", ", byNode.Select(group => $"{group.Key} {group.Count()}"))}");
                cluster.Timeline.Note("all have completed");
                Assert.All(byNode, group => Assert.Equal(4, group.Count()));
                Assert.True(cluster.Timeline.Now < 17);
            },
        },
        new()
        {
            Number = "35",
            Title = "Ranking: memory against CPU",
            There = "weak: ten of ten jobs on the node with more memory and a fifth of the CPU",
            Here = "each of ten on the node with five times the CPU, of which it takes the smaller share",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "1", "500MB"), Node("node-b", "0.2", "2GB"));
                cluster.Timeline.IsBrief = true;
                cluster.Timeline.Step("submit 10 jobs, one after another");
                for (var i = 1; i <= 10; i++)
                {
                    await cluster.SubmitQuietlyAsync(new ScenarioJob($"job-{i}", 0.5));
                    await cluster.EndOfAsync($"job-{i}");
                }

                var onA = cluster.Timeline.Runs.Count(run => run.Node == "node-a");
                cluster.Timeline.Note($"executions: node-a {onA}, node-b {10 - onA}");
                Assert.Equal(10, onA);
            },
        },
    ];

    private static async Task ShortJobsAsync(ScenarioCluster cluster, int count, string timeouts)
    {
        await cluster.StartAsync(Node("node-a", "0.1"));
        cluster.Timeline.IsBrief = true;
        cluster.Timeline.Step($"submit {count} jobs");
        var names = await SubmitManyAsync(cluster, count, 1, timeouts);
        await cluster.EndOfAsync(names);
        var runs = cluster.Timeline.Runs;
        cluster.Timeline.Note($"order of starts: {string.Join(", ", runs.Select(run => run.Job.Split('-')[1]))}");
        cluster.Timeline.Note("all have completed");
        Assert.Equal(names, runs.Select(run => run.Job));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.InRange(pair.Second.Started - pair.First.Ended!.Value, 0, 0.2));
    }

    private static async Task<string[]> SubmitManyAsync(ScenarioCluster cluster, int count, double seconds, string task)
    {
        string[] names = [.. Enumerable.Range(1, count).Select(i => $"job-{i}")];
        foreach (var name in names)
        {
            await cluster.SubmitQuietlyAsync(new ScenarioJob(name, seconds) { TaskFields = task });
        }

        return names;
    }
}
