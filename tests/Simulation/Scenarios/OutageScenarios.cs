using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Orchestrators that die or stop, alone or with their nodes.</summary>
internal static class OutageScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "12",
            Title = "kill -9 of the orchestrator for 30 s",
            There = "mixed: results of the outage arrive; an ops job is failed falsely, and the queued job is forgotten",
            Here = "results of the outage arrive, nothing is failed, and the queued job waits on until its QueueTimeout",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 20) { TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.SubmitAsync(new ScenarioJob("long", 150) { Count = 2 });
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2 });
                await cluster.SubmitAsync(new ScenarioJob("ops", 20) { Type = "ops", Count = null });
                await cluster.SubmitAsync(new ScenarioJob("queued", 1) { Where = "zone=none", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 400 }" });
                await cluster.WaitUntilAsync(11.9);
                cluster.KillOrchestrator();
                await cluster.WaitUntilAsync(42.8);
                await cluster.RestartOrchestratorAsync();
                await cluster.EndOfAsync("batch", "long", "ops", "queued");
                cluster.AssertState("ops", JobState.Completed);
                cluster.AssertRunning("service", 2);
                Assert.Equal(1 + 2 + 2 + 2, cluster.Timeline.Runs.Count);
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("long", 2);
                Assert.NotNull(cluster.Executions("batch")[0].PublishedResult);
                Assert.InRange(cluster.Timeline.TimeOf("batch Completed"), 42.8, 47.8);
                Assert.InRange(cluster.Timeline.TimeOf("queued Failed"), 399, 445);
                await cluster.EndAsync("service");
            },
        },
        new()
        {
            Number = "12b",
            Title = "kill -9 of the orchestrator for 110 s",
            There = "weak: both jobs of two partitions are failed and their healthy halves killed",
            Here = "nothing is failed, nothing runs twice",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 20));
                await cluster.SubmitAsync(new ScenarioJob("long", 260) { Count = 2 });
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2 });
                await cluster.WaitUntilAsync(14.5);
                cluster.KillOrchestrator();
                await cluster.WaitUntilAsync(125.5);
                await cluster.RestartOrchestratorAsync();
                await cluster.EndOfAsync("batch", "long");
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("long", 2);
                Assert.Equal(2, cluster.Timeline.RunsOf("service").Count);
                cluster.AssertRunning("service", 2);
                await cluster.EndAsync("service");
            },
        },
        new()
        {
            Number = "12c",
            Title = "kill -9 of the orchestrator: queued and just submitted jobs",
            There = "weak: queued jobs are never looked at again; only the total timeout ends them, 146 s late",
            Here = "queued jobs start when a node that fits is there, within 5 s of its return",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", labels: ("zone", "x")));
                await cluster.SubmitAsync(new ScenarioJob("queued", 1) { Where = "zone=y", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 600 }" });
                await cluster.SubmitAsync(new ScenarioJob("queued-total", 1) { Where = "zone=y", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 200, \"TotalTimeout\": 260 }" });
                await cluster.WaitUntilAsync(3.1);
                await cluster.SubmitAsync(new ScenarioJob("just-submitted", 1) { TaskFields = "\"Timeouts\": { \"QueueTimeout\": 600 }" });
                cluster.KillOrchestrator();
                var node = cluster["node-a"];
                await cluster.StopAsync(node);
                await cluster.WaitUntilAsync(16.3);
                await cluster.RestartOrchestratorAsync();
                node.Setup = Node("node-a", labels: ("zone", "y"));
                cluster.Restart(node);
                await cluster.EndOfAsync("queued", "queued-total", "just-submitted");
                cluster.AssertRanOnce("queued");
                cluster.AssertRanOnce("queued-total");
                cluster.AssertState("just-submitted", JobState.Completed);
                Assert.True(cluster.Timeline.Now < 22, cluster.Timeline.ToString());
            },
        },
        new()
        {
            Number = "12d",
            Title = "Graceful restart of the orchestrator",
            There = "mixed: nothing is lost, a result comes 14 s late, and a state goes back",
            Here = "nothing is lost, and the result is there when the node is",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 15));
                await cluster.SubmitAsync(ScenarioJob.Service);
                await cluster.WaitUntilAsync(1.7);
                await cluster.StopOrchestratorAsync();
                await cluster.WaitUntilAsync(17);
                await cluster.RestartOrchestratorAsync();
                await cluster.EndOfAsync("batch");
                cluster.AssertRanOnce("batch");
                Assert.InRange(cluster.Timeline.TimeOf("batch Completed"), 17, 22);
                Assert.Single(cluster.Timeline.RunsOf("service"));
                cluster.AssertRunning("service", 1);
                await cluster.EndAsync("service");
            },
        },
        new()
        {
            Number = "13",
            Title = "kill -9 of the orchestrator and both compute nodes",
            There = "weak: jobs of two partitions are failed falsely; four unknown programs run on",
            Here = "everything is taken up again as it was",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 25) { TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.SubmitAsync(new ScenarioJob("long", 90) { Count = 2 });
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2 });
                await cluster.SubmitAsync(new ScenarioJob("ops", 60) { Type = "ops", Count = null });
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.WaitUntilAsync(16.9);
                cluster.KillOrchestrator();
                cluster.Kill(cluster["node-a"]);
                cluster.Kill(cluster["node-b"]);
                await cluster.WaitUntilAsync(25.2);
                await cluster.RestartOrchestratorAsync();
                cluster.Restart(cluster["node-a"]);
                cluster.Restart(cluster["node-b"]);
                await cluster.EndOfAsync("batch", "long", "ops");
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("long", 2);
                cluster.AssertState("ops", JobState.Completed);
                Assert.Equal(1 + 2 + 2 + 2 + 2, cluster.Timeline.Runs.Count);
                cluster.AssertRunning("service", 2);
                cluster.AssertRunning("daemon", 2);
                await cluster.EndAsync("service", "daemon");
            },
        },
        new()
        {
            Number = "23",
            Title = "Orchestrator restarted while a compute node is down",
            There = "weak: batch and service are failed, and their healthy halves killed",
            Here = "the healthy half goes on, the other one is done again after 30 s; the old program is stopped when its node is back",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 200) { Count = 2, Fields = "\"Placement\": \"spread\"" });
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2, Fields = "\"Placement\": \"spread\"" });
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.WaitUntilAsync(5.2);
                cluster.Kill(cluster["node-b"]);
                cluster.KillOrchestrator();
                await cluster.WaitUntilAsync(10.2);
                await cluster.RestartOrchestratorAsync();
                await cluster.WaitUntilAsync(140.7);
                cluster.Restart(cluster["node-b"]);
                await cluster.EndOfAsync("batch");
                await cluster.WaitAsync(1);
                cluster.AssertState("batch", JobState.Completed);
                var healthy = Assert.Single(cluster.Timeline.RunsOf("batch"), run => run.Node == "node-a" && run.Started < 5);
                Assert.Equal(0, healthy.ExitCode);
                var old = Assert.Single(cluster.Timeline.RunsOf("batch"), run => run.Node == "node-b");
                Assert.InRange(old.Ended!.Value, 140.7, 143);
                cluster.AssertRunning("service", 2);
                cluster.AssertRunning("daemon", 2);
                Assert.Equal(2, cluster.Timeline.RunsOf("daemon").Count);
                await cluster.EndAsync("service", "daemon");
            },
        },
    ];
}
