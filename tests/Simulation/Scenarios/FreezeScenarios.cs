using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Node processes that are frozen while their programs go on.</summary>
internal static class FreezeScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "14a",
            Title = "Node process frozen for 20 s",
            There = "good: nothing is noticed, the result is delivered at once",
            Here = "nothing is replaced, the result is delivered at once",
            Play = async cluster =>
            {
                await StartAsync(cluster);
                await cluster.SubmitAsync(new ScenarioJob("batch", 60) { Where = "spot=a" });
                await cluster.SubmitAsync(new ScenarioJob("short", 10) { Where = "spot=a" });
                await cluster.WaitUntilAsync(2.1);
                cluster.Freeze(cluster["node-a"]);
                await cluster.WaitUntilAsync(22.3);
                cluster.Thaw(cluster["node-a"]);
                await cluster.EndOfAsync("batch", "short");
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("short");
                Assert.InRange(cluster.Timeline.TimeOf("short Completed"), 22.3, 24);
            },
        },
        Frozen("14b", 62, "good: nothing is noticed (a node counts as gone after 60 to 80 s)",
            "a node is lost after 30 s, so what can run elsewhere does; what ended meanwhile and was not replaced counts", batch: 132),
        Frozen("14c", 120, "weak: replaced after 88 s, 36 s of double work; a finished result is refused",
            "replaced after 30 s; the old program is stopped within a second of the return; a finished result counts", batch: 190),
        Frozen("14d", 300, "weak: as 14c, 192 s of double work; a finished result is refused",
            "as 14c", batch: 370),
        new()
        {
            Number = "14e",
            Title = "Node process frozen for 120 s while accepted executions are still starting",
            There = "weak: the thawed node first starts what was failed long ago, then stops it",
            Here = "the thawed node asks before it starts anything; what was replaced never starts",
            Play = async cluster =>
            {
                await StartAsync(cluster);
                await cluster.SubmitAsync(new ScenarioJob("batch", 190) { Program = "\"PrepareMillis\": 4000" });
                await cluster.SubmitAsync(new ScenarioJob("short", 10) { Where = "spot=a", Program = "\"PrepareMillis\": 4000" });
                await cluster.SubmitAsync(ScenarioJob.Service with { Program = "\"PrepareMillis\": 4000" });
                await cluster.SubmitAsync(ScenarioJob.Daemon with { Program = "\"PrepareMillis\": 4000" });
                await cluster.WaitUntilAsync(2);
                var frozen = cluster[cluster.Executions("batch")[0].Execution.Node.Value];
                cluster.Freeze(frozen);
                await cluster.WaitUntilAsync(122);
                cluster.Thaw(frozen);
                await cluster.EndOfAsync("batch", "short");
                cluster.AssertState("batch", JobState.Completed);
                cluster.AssertState("short", JobState.Completed);
                Assert.Single(cluster.Timeline.RunsOf("batch"));
                Assert.Single(cluster.Timeline.RunsOf("short"));
                cluster.AssertRunning("service", 1);
                cluster.AssertRunning("daemon", 2);
                await cluster.EndAsync("service", "daemon");
            },
        },
        new()
        {
            Number = "30",
            Title = "Repeated disconnects of one node",
            There = "weak: after two outages a daemon is dead on that node; a lost replica of a service is not replaced in 155 s",
            Here = "a daemon is on its node whenever that is there; a lost replica is replaced each time",
            Play = async cluster =>
            {
                await StartAsync(cluster);
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(ScenarioJob.Service with { Count = 2, Fields = "\"Placement\": \"spread\"", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 3600 }" });
                await cluster.WaitUntilAsync(1.3);
                for (var outage = 1; outage <= 3; outage++)
                {
                    cluster.Freeze(cluster["node-a"]);
                    await cluster.WaitAsync(40);
                    cluster.AssertState("service", JobState.Running);
                    Assert.Equal(2, cluster.Timeline.RunsOf("service").Count(run => run.IsRunning && run.Node == "node-b"));
                    cluster.Thaw(cluster["node-a"]);
                    await cluster.WaitAsync(15);
                    cluster.AssertRunning("daemon", 2);
                    cluster.AssertRunning("service", 2);
                }

                await cluster.EndAsync("daemon", "service");
            },
        },
    ];

    private static Scenario Frozen(string number, double seconds, string there, string here, double batch) => new()
    {
        Number = number,
        Title = $"Node process frozen for {seconds} s",
        There = there,
        Here = here,
        Play = async cluster =>
        {
            await StartAsync(cluster);
            await cluster.SubmitAsync(new ScenarioJob("batch", batch));
            await cluster.RunningAsync("batch");
            var frozen = cluster.NodeOf("batch");
            await cluster.SubmitAsync(new ScenarioJob("short", 10) { Where = $"spot={frozen.Id.Value[^1]}" });
            await cluster.SubmitAsync(ScenarioJob.Service);
            await cluster.SubmitAsync(ScenarioJob.Daemon);
            await cluster.WaitUntilAsync(6);
            cluster.Freeze(frozen);
            await cluster.WaitAsync(seconds);
            var thawed = cluster.Timeline.Now;
            cluster.Thaw(frozen);
            await cluster.EndOfAsync("batch", "short");

            cluster.AssertRanOnce("short");
            cluster.AssertState("batch", JobState.Completed);
            var runs = cluster.Timeline.RunsOf("batch");
            Assert.Equal(2, runs.Count);
            Assert.InRange(runs[1].Started - 6, 25, 35);
            Assert.InRange(runs[0].Ended!.Value - thawed, 0, 2);
            cluster.AssertRunning("service", 1);
            cluster.AssertRunning("daemon", 2);
            Assert.Equal(2, cluster.Timeline.RunsOf("daemon").Count);
            await cluster.EndAsync("service", "daemon");
        },
    };

    private static Task StartAsync(ScenarioCluster cluster) =>
        cluster.StartAsync(Node("node-a", labels: ("spot", "a")), Node("node-b", labels: ("spot", "b")));
}
