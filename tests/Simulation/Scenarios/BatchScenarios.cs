using System.Collections.Immutable;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Batch jobs that succeed, fail, or run out of time.</summary>
internal static class BatchScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "01",
            Title = "Batch job, success",
            There = "good: six events in a fixed order",
            Here = "the same six events in the same order",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.SubmitAsync(new ScenarioJob("job", 2));
                await cluster.EndOfAsync("job");
                cluster.AssertRanOnce("job");
                Assert.Equal(
                    ["job Submission", "execution Scheduling", "job State Update", "execution Execution", "execution Execution", "job State Update"],
                    cluster.History("job").Select(entry => $"{(entry.Event.Execution is null ? "job" : "execution")} {entry.Event.Topic}"));
                Assert.Equal(3, cluster.StoredJob("job").Revision);
            },
        },
        new()
        {
            Number = "02",
            Title = "Batch job that fails: exit code, and a program that cannot start",
            There = "surprising: an exit code is no failure; a failed start is tried six times within 4 s, and the message blames missing nodes",
            Here = "an exit code is no failure either, unless FailOnNonZeroExit says so; a failed start is tried again with growing pauses, and the message names its cause",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.3"), Node("node-b", "0.3"), Node("node-c", "0.3"));
                await cluster.SubmitAsync(new ScenarioJob("job-1", 1) { Program = "\"ExitCode\": 7" });
                await cluster.EndOfAsync("job-1");
                await cluster.WaitUntilAsync(3.4);
                await cluster.SubmitAsync(new ScenarioJob("job-2", 1) { Count = 3, Program = "\"ExitCode\": 7, \"Partition\": 1" });
                await cluster.EndOfAsync("job-2");
                await cluster.WaitUntilAsync(8.4);
                await cluster.SubmitAsync(new ScenarioJob("job-3", 1) { Program = "\"ExitCode\": 7", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 30 }" });
                await cluster.EndOfAsync("job-3");
                await cluster.WaitUntilAsync(11.7);
                await cluster.SubmitAsync(new ScenarioJob("job-4") { Program = "\"FailAt\": \"Start\"" });
                await cluster.EndOfAsync("job-4");

                cluster.AssertRanOnce("job-1");
                cluster.AssertRanOnce("job-2", 3);
                cluster.AssertRanOnce("job-3");
                Assert.Equal(7, cluster.Executions("job-1")[0].Output!.ExitCode);
                cluster.AssertState("job-4", JobState.Failed);
                Assert.Contains("asked for the start to fail", cluster.StoredJob("job-4").Message, StringComparison.Ordinal);
                var starts = cluster.Executions("job-4").Select(stored => stored.Execution.CreatedAt).ToList();
                Assert.True(starts.Count > 1);
                Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(1)));
            },
        },
        new()
        {
            Number = "03",
            Title = "Count N: enough nodes, more than nodes, zero",
            There = "weak: one execution per node, so three partitions on two nodes never complete",
            Here = "partitions share nodes and follow each other; all complete. Count 0 is completed at once, as there",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.2"), Node("node-b", "0.2"));
                await cluster.SubmitAsync(new ScenarioJob("job-1", 2) { Count = 2 });
                await cluster.EndOfAsync("job-1");
                await cluster.WaitUntilAsync(5.2);
                await cluster.SubmitAsync(new ScenarioJob("job-2", 2) { Count = 3 });
                await cluster.WaitUntilAsync(7);
                await cluster.SubmitAsync(new ScenarioJob("job-3", 2) { Count = 3, TaskFields = "\"Timeouts\": { \"QueueTimeout\": 150 }" });
                await cluster.SubmitAsync(new ScenarioJob("job-4", 2) { Count = 0 });
                await cluster.EndOfAsync("job-1", "job-2", "job-3", "job-4");
                cluster.AssertRanOnce("job-1", 2);
                cluster.AssertRanOnce("job-2", 3);
                cluster.AssertRanOnce("job-3", 3);
                cluster.AssertRanOnce("job-4", 0);
                Assert.True(cluster.Timeline.Now < 12);
            },
        },
        new()
        {
            Number = "04",
            Title = "Execution timeout and total timeout",
            There = "mixed: a timed-out execution is replaced before it has ended, in the end for lack of nodes; the total timeout creates a stray execution",
            Here = "a replacement starts after the old program has ended; the message is the timeout's; the total timeout creates nothing",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("exec-timeout", 60) { TaskFields = "\"Timeouts\": { \"ExecutionTimeout\": 12 }" });
                await cluster.SubmitAsync(new ScenarioJob("total-timeout", 60) { TaskFields = "\"Timeouts\": { \"TotalTimeout\": 15 }" });
                await cluster.SubmitAsync(new ScenarioJob("ops-exec-timeout", 60) { Type = "ops", Count = null, TaskFields = "\"Timeouts\": { \"ExecutionTimeout\": 12 }" });
                await cluster.EndOfAsync("exec-timeout", "total-timeout", "ops-exec-timeout");
                var refusal = await cluster.SubmitRefusedAsync(new ScenarioJob("sum-over-total", 1)
                {
                    TaskFields = "\"Timeouts\": { \"ExecutionTimeout\": 10, \"QueueTimeout\": 10, \"TotalTimeout\": 15 }",
                });
                Assert.Single(refusal.Problems);
                cluster.AssertState("exec-timeout", JobState.Failed);
                Assert.Contains("12", cluster.StoredJob("exec-timeout").Message, StringComparison.Ordinal);
                var runs = cluster.Timeline.RunsOf("exec-timeout");
                Assert.All(runs, run => Assert.InRange(run.Ended!.Value - run.Started, 11.9, 12.1));
                Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.False(pair.First.Overlaps(pair.Second)));
                Assert.Single(cluster.Executions("total-timeout"));
                Assert.InRange(cluster.Timeline.TimeOf("total-timeout Failed"), 14.9, 15.2);
            },
        },
        new()
        {
            Number = "20",
            Title = "More partitions than capacity; one partition's program fails",
            There = "weak: two of six partitions run, then the job waits 240 s and fails",
            Here = "all six run, as room becomes free. An exit code of 3 completes its partition, as there",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.2"), Node("node-b", "0.2"));
                await cluster.SubmitAsync(new ScenarioJob("six", 2) { Count = 6, TaskFields = "\"Timeouts\": { \"QueueTimeout\": 200 }" });
                await cluster.EndOfAsync("six");
                await cluster.SubmitAsync(new ScenarioJob("partition-1-fails", 25) { Count = 2, Program = "\"ExitCode\": 3, \"Partition\": 1" });
                await cluster.EndOfAsync("partition-1-fails");
                cluster.AssertRanOnce("six", 6);
                cluster.AssertRanOnce("partition-1-fails", 2);
                Assert.Contains(cluster.Executions("partition-1-fails"), stored => stored is { Output.ExitCode: 3, Execution.State: ExecutionState.Completed });
                Assert.True(cluster.Timeline.TimeOf("six Completed") < 5);
            },
        },
    ];
}
