using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>What operators do with nodes.</summary>
internal static class MembershipScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "15",
            Title = "Node rejected, approved and deleted while jobs run",
            There = "weak: programs of a rejected node run on; the node undoes its deletion itself; healthy halves of jobs are cancelled",
            Here = "it stops its work before it is shut out, and that goes on elsewhere as soon as it has stopped; healthy halves stay; a deleted node ends, and joins again only when it is started again",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                var (a, b) = (cluster["node-a"], cluster["node-b"]);
                await cluster.SubmitAsync(new ScenarioJob("batch", 70) { Count = 2, Fields = "\"Placement\": \"spread\"" });
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(ScenarioJob.Service);
                await cluster.WaitUntilAsync(15);
                await cluster.ApproveAsync(a);
                await cluster.RejectAsync(a);
                await cluster.RejectAsync(a);
                await cluster.WaitUntilAsync(30);
                Assert.DoesNotContain(cluster.Timeline.Runs, run => run.IsRunning && run.Node == "node-a");
                cluster.AssertRunning("service", 1);
                cluster.AssertRunning("daemon", 1);
                cluster.AssertRunning("batch", 2);
                await cluster.WaitUntilAsync(55.2);
                await cluster.ApproveAsync(a);
                await cluster.WaitAsync(6);
                cluster.AssertRunning("daemon", 2);
                await cluster.EndOfAsync("batch");
                cluster.AssertState("batch", JobState.Completed);
                await cluster.WaitUntilAsync(115.5);
                await cluster.DeleteAsync(b);
                await cluster.WaitAsync(10);
                cluster.AssertRunning("service", 1);
                Assert.DoesNotContain(cluster.Timeline.Runs, run => run.IsRunning && run.Node == "node-b");
                await cluster.WaitUntilAsync(140.4);
                await cluster.JoinAgainAsync(b);
                await cluster.WaitAsync(6);
                cluster.AssertRunning("daemon", 2);
                await cluster.EndAsync("daemon", "service");
            },
        },
        new()
        {
            Number = "15b",
            Title = "Manual approval",
            There = "surprising: a pending node is connected; approval wakes nothing, and a queued job waits for its own timer",
            Here = "a pending node is not connected; approved, it has its work within 5 s, queued jobs too",
            Play = async cluster =>
            {
                await cluster.StartAsync();
                await cluster.WaitUntilAsync(4);
                await cluster.JoinAsync(Node("node-a"), needsApproval: true);
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(new ScenarioJob("queued", 1) { TaskFields = "\"Timeouts\": { \"QueueTimeout\": 150 }" });
                await cluster.WaitUntilAsync(9.1);
                Assert.Empty(cluster.Timeline.Runs);
                await cluster.ApproveAsync(cluster["node-a"]);
                await cluster.EndOfAsync("queued");
                cluster.AssertState("queued", JobState.Completed);
                cluster.AssertRunning("daemon", 1);
                Assert.All(cluster.Timeline.Runs, run => Assert.InRange(run.Started, 9.1, 14.2));
                await cluster.WaitUntilAsync(68.1);
                await cluster.DeleteAsync(cluster["node-a"]);
                await cluster.WaitAsync(10);
                cluster.AssertNothingRuns();
                await cluster.WaitUntilAsync(91.6);
                await cluster.JoinAgainAsync(cluster["node-a"], needsApproval: true);
                await cluster.WaitUntilAsync(103.1);
                await cluster.ApproveAsync(cluster["node-a"]);
                await cluster.WaitAsync(6);
                cluster.AssertRunning("daemon", 1);
                await cluster.EndAsync("daemon");
            },
        },
    ];
}
