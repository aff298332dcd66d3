using System.Collections.Immutable;
using Bacalhau.Compute.Node;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Compute nodes that die or stop.</summary>
internal static class NodeLossScenarios
{
    private static readonly ScenarioJob _ops = new("ops", 150) { Type = "ops", Count = null };

    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "11a",
            Title = "kill -9 of a compute node, back 100 s later with the same data folder",
            There = "weak: 88 s until work goes on elsewhere; after the return nothing stops the old programs, services and daemons run twice for ever",
            Here = "work goes on elsewhere after 30 s; after the return the old programs are stopped at once",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 150));
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(_ops);
                await cluster.SubmitAsync(ScenarioJob.Service);
                await cluster.WaitUntilAsync(6.8);
                var killed = cluster.NodeOf("batch");
                cluster.Kill(killed);
                await cluster.WaitUntilAsync(108.5);
                cluster.Restart(killed);
                await cluster.EndOfAsync("batch", "ops");

                cluster.AssertRunning("service", 1);
                cluster.AssertRunning("daemon", 2);
                Assert.Equal(2, cluster.Timeline.RunsOf("daemon").Count);
                cluster.AssertState("ops", JobState.Completed);
                cluster.AssertState("batch", JobState.Completed);
                var runs = cluster.Timeline.RunsOf("batch");
                Assert.Equal(2, runs.Count);
                Assert.InRange(runs[1].Started - 6.8, 25, 35);
                Assert.InRange(runs[0].Ended!.Value - 108.5, 0, 2);
                await cluster.EndAsync("service", "daemon");
            },
        },
        new()
        {
            Number = "11b",
            Title = "kill -9 of a compute node, started again at once",
            There = "weak: batch work is failed by the node and done again elsewhere while its container runs on",
            Here = "the node takes its running programs up again; nothing is done twice",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 40));
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2 });
                await cluster.SubmitAsync(_ops with { Seconds = 60 });
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.WaitUntilAsync(7.4);
                var killed = cluster.NodeOf("batch");
                cluster.Kill(killed);
                await cluster.WaitUntilAsync(8.9);
                cluster.Restart(killed);
                await cluster.EndOfAsync("batch", "ops");
                cluster.AssertRanOnce("batch");
                Assert.Equal(1 + 2 + 2 + 2, cluster.Timeline.Runs.Count);
                cluster.AssertState("ops", JobState.Completed);
                cluster.AssertRunning("service", 2);
                cluster.AssertRunning("daemon", 2);
                await cluster.EndAsync("service", "daemon");
            },
        },
        new()
        {
            Number = "11c",
            Title = "kill -9 of the only compute node, for good",
            There = "mixed: noticed after 75 s and failed after 90 s; what had ended meanwhile is lost",
            Here = "noticed after 30 s; with no other node to run on, the jobs wait for this one, and should it come back after all, what had ended counts",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 30));
                await cluster.SubmitAsync(new ScenarioJob("batch-queue", 30) { TaskFields = "\"Timeouts\": { \"QueueTimeout\": 300 }" });
                await cluster.WaitUntilAsync(3.8);
                cluster.Kill(cluster["node-a"]);
                await cluster.WaitUntilAsync(200);
                Assert.InRange(cluster.Timeline.TimeOf("node-a Lost"), 30, 35);
                cluster.Restart(cluster["node-a"]);
                await cluster.EndOfAsync("batch", "batch-queue");
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("batch-queue");
            },
        },
        new()
        {
            Number = "11d",
            Title = "Graceful stop of a compute node",
            There = "weak: no drain; work is replaced after 15 s, while the old containers run on beside it",
            Here = "a node with Compute.OnStop: stop (as here) ends its programs, and they are elsewhere within 2 s, as after a drain; by default they run on and are taken up again by the next start",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a") with { OnStop = OnStop.Stop }, Node("node-b") with { OnStop = OnStop.Stop });
                await cluster.SubmitAsync(new ScenarioJob("batch", 150));
                await cluster.SubmitAsync(ScenarioJob.Service with { Fields = "\"Placement\": \"pack\"" });
                await cluster.WaitUntilAsync(5.7);
                var stopped = cluster.NodeOf("batch");
                await cluster.StopAsync(stopped);
                await cluster.WaitUntilAsync(50.8);
                cluster.Restart(stopped);
                await cluster.WaitUntilAsync(70);
                await cluster.DrainAsync(cluster.NodeOf("batch"));
                await cluster.WaitUntilAsync(91.3);
                await cluster.StopAsync("batch");
                await cluster.StopAsync("service");
                await cluster.WaitAsync(2);
                foreach (var runs in new[] { cluster.Timeline.RunsOf("batch"), cluster.Timeline.RunsOf("service") })
                {
                    Assert.Equal(3, runs.Count);
                    Assert.InRange(runs[1].Started, 5.7, 7.7);
                    Assert.InRange(runs[2].Started, 70, 72);
                    Assert.False(runs[0].Overlaps(runs[1]) || runs[1].Overlaps(runs[2]));
                }

                cluster.AssertNothingRuns();
            },
        },
    ];
}
