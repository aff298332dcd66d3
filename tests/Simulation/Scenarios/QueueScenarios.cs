using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Jobs that wait: where, and what wakes them.</summary>
internal static class QueueScenarios
{
    private const string Patient = "\"Timeouts\": { \"QueueTimeout\": 400 }";

    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "03b",
            Title = "A node with room for one job: where the waiting happens",
            There = "surprising: a burst waits inside the node, is shown as Running, and QueueTimeout does not count there",
            Here = "what has no room waits at the orchestrator, is shown as Queued, and starts as room becomes free",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.2"));
                await cluster.SubmitAsync(new ScenarioJob("fill-1", 15) { Cpu = "0.2" });
                await cluster.SubmitAsync(new ScenarioJob("fill-2", 5) { Cpu = "0.1" });
                await cluster.WaitUntilAsync(1.4);
                await cluster.SubmitAsync(new ScenarioJob("waits", 1) { Cpu = "0.2", TaskFields = Patient });
                await cluster.WaitUntilAsync(2.4);
                await cluster.SubmitAsync(new ScenarioJob("no-queue", 1) { Cpu = "0.2" });
                await cluster.WaitAsync(1);
                cluster.AssertState("waits", JobState.Queued);
                cluster.AssertState("no-queue", JobState.Queued);
                await cluster.EndOfAsync("fill-1", "fill-2", "waits", "no-queue");
                Assert.True(cluster.Timeline.Now < 23, cluster.Timeline.ToString());
            },
        },
        new()
        {
            Number = "03c",
            Title = "What wakes a queued job: a node joins",
            There = "weak: a joining node wakes nothing, only the job's own timer (20 s here) does",
            Here = "both jobs are on the new node within a second",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"));
                await cluster.SubmitAsync(new ScenarioJob("job-1", 2) { Count = 2, Fields = "\"Placement\": \"spread\"", TaskFields = Patient });
                await cluster.SubmitAsync(new ScenarioJob("job-2", 1) { Where = "zone=x", TaskFields = Patient });
                await cluster.WaitUntilAsync(1.5);
                await cluster.JoinAsync(Node("node-b", labels: ("zone", "x")));
                await cluster.EndOfAsync("job-1", "job-2");
                cluster.AssertRanOnce("job-1", 2);
                cluster.AssertRanOnce("job-2");
                var joined = cluster.Timeline.TimeOf("node-b Connected");
                Assert.InRange(cluster.Timeline.TimeOf("job-2 on node-b starts"), joined, joined + 1);
            },
        },
        new()
        {
            Number = "03d",
            Title = "What wakes a queued job: capacity becomes free; priority",
            There = "weak: the node is idle for 43 s, priority 9 does not pass priority 1, and a job without QueueTimeout fails at once",
            Here = "the next job starts within a second, the highest priority first; a job that only lacks free room waits",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"));
                await cluster.SubmitAsync(new ScenarioJob("fill", 50));
                await cluster.WaitUntilAsync(34.2);
                await cluster.SubmitAsync(new ScenarioJob("no-queue", 5));
                await cluster.WaitUntilAsync(35.2);
                await cluster.SubmitAsync(new ScenarioJob("waits-prio-1", 5) { Priority = 1, TaskFields = Patient });
                await cluster.WaitUntilAsync(36.3);
                await cluster.SubmitAsync(new ScenarioJob("waits-prio-9", 5) { Priority = 9, TaskFields = Patient });
                await cluster.WaitUntilAsync(37.3);
                await cluster.SubmitAsync(new ScenarioJob("waits-prio-5", 5) { Priority = 5, TaskFields = Patient });
                await cluster.EndOfAsync("fill", "no-queue", "waits-prio-1", "waits-prio-5", "waits-prio-9");
                Assert.Equal(["fill", "waits-prio-9", "waits-prio-5", "waits-prio-1", "no-queue"], cluster.Timeline.Runs.Select(run => run.Job));
                Assert.All(cluster.Timeline.Runs.Zip(cluster.Timeline.Runs.Skip(1)), pair => Assert.InRange(pair.Second.Started - pair.First.Ended!.Value, 0, 1));
            },
        },
        new()
        {
            Number = "03e",
            Title = "What wakes a queued job: a node joins, default timer",
            There = "weak: 56 s of waiting although the node is there",
            Here = "the job runs within a second of the node's joining",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.WaitUntilAsync(20);
                await cluster.SubmitAsync(new ScenarioJob("job-1", 1) { Where = "zone=x", TaskFields = Patient });
                await cluster.WaitUntilAsync(23);
                await cluster.JoinAsync(Node("node-b", labels: ("zone", "x")));
                await cluster.EndOfAsync("job-1");
                var joined = cluster.Timeline.TimeOf("node-b Connected");
                Assert.InRange(cluster.Timeline.TimeOf("job-1 on node-b starts"), joined, joined + 1);
            },
        },
        new()
        {
            Number = "21",
            Title = "Jobs larger than the node; default resources",
            There = "mixed: too large a job fails, with a QueueTimeout it waits in vain; too much disk or GPU is told as a busy node; odd order of starts",
            Here = "too large a job fails with the reason of each kind, with a QueueTimeout it waits that long for another node, to the second; equal jobs start in order",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.SubmitAsync(new ScenarioJob("bigger-than-node") { Cpu = "1.1" });
                await cluster.WaitUntilAsync(2);
                await cluster.SubmitAsync(new ScenarioJob("bigger-than-node-queue") { Cpu = "1.1", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 100 }" });
                await cluster.WaitUntilAsync(4);
                await cluster.SubmitAsync(new ScenarioJob("gpu") { Memory = "32Mb\", \"GPU\": \"1" });
                await cluster.WaitUntilAsync(6);
                await cluster.SubmitAsync(new ScenarioJob("disk") { Memory = "32Mb\", \"Disk\": \"900Tb" });
                await cluster.WaitUntilAsync(8.6);
                for (var i = 1; i <= 5; i++)
                {
                    await cluster.SubmitAsync(new ScenarioJob($"default-{i}", 8) { Cpu = "", Memory = "" });
                    await cluster.WaitAsync(0.1);
                }

                await cluster.EndOfAsync("bigger-than-node", "bigger-than-node-queue", "gpu", "disk", "default-1", "default-2", "default-3", "default-4", "default-5");
                cluster.AssertState("bigger-than-node", JobState.Failed);
                Assert.Contains("CPU", cluster.StoredJob("bigger-than-node").Message, StringComparison.Ordinal);
                Assert.Contains("GPU", cluster.StoredJob("gpu").Message, StringComparison.Ordinal);
                Assert.Contains("disk", cluster.StoredJob("disk").Message, StringComparison.Ordinal);
                Assert.InRange(cluster.Timeline.TimeOf("bigger-than-node-queue Failed"), 102, 103);
                Assert.Equal([1, 2, 3, 4, 5], cluster.Timeline.Runs.Select(run => run.Job[^1] - '0'));
            },
        },
        new()
        {
            Number = "21b",
            Title = "Three jobs of 0.1 CPU on a node of 0.3 CPU",
            There = "weak: capacity is a floating point number, so the third one waits",
            Here = "all three run at once",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.3"));
                for (var i = 1; i <= 3; i++)
                {
                    await cluster.SubmitAsync(new ScenarioJob($"job-{i}", 15));
                }

                await cluster.EndOfAsync("job-1", "job-2", "job-3");
                Assert.Equal(3, cluster.Timeline.Runs.Count);
                Assert.All(cluster.Timeline.Runs, run => Assert.True(run.Started < 1));
            },
        },
    ];
}
