using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Jobs that people stop.</summary>
internal static class StopScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "09",
            Title = "Stop of queued, running and finished jobs",
            There = "mixed: stopped within 0.1 s, killed one second later, its output lost; stopping a finished job is an internal error",
            Here = "stopped within 0.1 s, and its room is given away only when the program has ended: it gets TERM and 10 s. Stopping a finished job is refused with words",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.1"));
                await cluster.SubmitAsync(new ScenarioJob("running", 120) { Program = "\"LingerMillis\": 2000, \"ExitCode\": 9" });
                await cluster.WaitUntilAsync(3.4);
                await cluster.SubmitAsync(new ScenarioJob("in-node-queue", 1) { Cpu = "0.05" });
                await cluster.SubmitAsync(new ScenarioJob("queued", 1) { Where = "zone=none", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 300 }" });
                await cluster.WaitUntilAsync(6.4);
                await cluster.StopAsync("in-node-queue");
                await cluster.StopAsync("queued");
                await cluster.WaitUntilAsync(7.6);
                await cluster.StopAsync("running");
                await cluster.WaitUntilAsync(21.7);
                await cluster.StopAsync("running");
                await cluster.SubmitAsync(new ScenarioJob("done"));
                await cluster.EndOfAsync("done");
                await cluster.StopRefusedAsync("done");
                await cluster.SubmitAsync(new ScenarioJob("failed") { Program = "\"ExitCode\": 1" });
                await cluster.EndOfAsync("failed");
                await cluster.StopRefusedAsync("failed");
                await cluster.SubmitAsync(new ScenarioJob("immediate", 30));
                await cluster.StopAsync("immediate");
                await cluster.WaitUntilAsync(33.3);
                await cluster.SubmitAsync(new ScenarioJob("ignores-term", 300) { Program = "\"LingerMillis\": 300000" });
                await cluster.WaitUntilAsync(37.4);
                await cluster.StopAsync("ignores-term");
                await cluster.WaitAsync(15);

                foreach (var stopped in new[] { "running", "in-node-queue", "queued", "immediate", "ignores-term" })
                {
                    cluster.AssertState(stopped, JobState.Stopped);
                }

                Assert.Empty(cluster.Timeline.RunsOf("in-node-queue"));
                Assert.Equal(9, cluster.Timeline.RunsOf("running").Single().ExitCode);
                Assert.InRange(cluster.Timeline.RunsOf("ignores-term").Single().Ended!.Value, 47.3, 47.6);
                cluster.AssertNothingRuns();
            },
        },
        new()
        {
            Number = "09c",
            Title = "What a program sees of a stop",
            There = "weak: one second from TERM to KILL, always; what the program printed is lost",
            Here = "StopGrace (10 s) from TERM to KILL: all three programs end by themselves, and their exit codes and output are kept",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                foreach (var (name, linger) in new[] { ("reacts-at-once", 0), ("needs-half-a-second", 500), ("needs-3-seconds", 3000) })
                {
                    await cluster.SubmitAsync(new ScenarioJob(name, 300) { Program = $"\"LingerMillis\": {linger}, \"ExitCode\": 9" });
                }

                await cluster.WaitUntilAsync(3.1);
                foreach (var name in new[] { "reacts-at-once", "needs-half-a-second", "needs-3-seconds" })
                {
                    await cluster.StopAsync(name);
                }

                await cluster.WaitAsync(6);
                Assert.All(cluster.Timeline.Runs, run => Assert.Equal(9, run.ExitCode));
                Assert.All(cluster.Executions("needs-3-seconds"), stored => Assert.Equal(9, stored.Output!.ExitCode));
                cluster.AssertNothingRuns();
            },
        },
    ];
}
