using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Jobs of other types than batch.</summary>
internal static class TypeScenarios
{
    private static readonly ScenarioJob _ops = new("ops", 45) { Type = "ops", Count = null };

    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "05",
            Title = "Ops job: all matching nodes, a node joining soon after, none matching",
            There = "mixed: a node that joins within 15 s of the others gets an execution; none matching fails at once, QueueTimeout or not",
            Here = "the nodes that match at submission, no others, and each version anew; none matching fails at once",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(_ops);
                await cluster.SubmitAsync(_ops with { Name = "ops-none", Where = "zone=none" });
                await cluster.SubmitAsync(_ops with { Name = "ops-fail", Seconds = 1, Program = "\"ExitCode\": 3" });
                await cluster.WaitUntilAsync(6.1);
                await cluster.JoinAsync(Node("node-c"));
                await cluster.EndOfAsync("ops", "ops-none", "ops-fail");
                await cluster.WaitUntilAsync(72.2);
                await cluster.RerunAsync("ops-fail");
                await cluster.EndOfAsync("ops-fail");
                await cluster.SubmitRefusedAsync(_ops with { Name = "ops-count-2", Count = 2 });
                await cluster.SubmitAsync(_ops with { Name = "ops-versions", Seconds = 0, Program = "\"ExitCode\": 4" });
                await cluster.EndOfAsync("ops-versions");
                await cluster.UpdateAsync(_ops with { Name = "ops-versions", Seconds = 0 });
                await cluster.EndOfAsync("ops-versions");

                Assert.Equal(["node-a", "node-b"], cluster.Timeline.RunsOf("ops").Select(run => run.Node).Order());
                foreach (var completed in new[] { "ops", "ops-fail", "ops-versions" })
                {
                    cluster.AssertState(completed, JobState.Completed);
                }

                cluster.AssertState("ops-none", JobState.Failed);
                Assert.Equal(2 + 3, cluster.Timeline.RunsOf("ops-fail").Count);
            },
        },
        new()
        {
            Number = "05b",
            Title = "Ops job: a node joins after the window of the others",
            There = "weak: a node that joins later is used only when something else has the job looked at",
            Here = "as in 05: the nodes that match at submission, whatever happens later",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.WaitUntilAsync(22);
                await cluster.SubmitAsync(_ops with { Seconds = 40 });
                await cluster.WaitUntilAsync(27);
                await cluster.JoinAsync(Node("node-c"));
                await cluster.EndOfAsync("ops");
                cluster.AssertState("ops", JobState.Completed);
                Assert.Equal(["node-a", "node-b"], cluster.Timeline.RunsOf("ops").Select(run => run.Node).Order());
            },
        },
        new()
        {
            Number = "06",
            Title = "Daemon job: a node joining later, none matching, a program that ends",
            There = "mixed: a joining node is served after 15 s; a program that ends is started twice per node, then never again, and the job stays Running",
            Here = "a joining node is served at once; a program that ends is started again and again, with pauses that grow to a minute",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(ScenarioJob.Daemon with { Name = "daemon-none", Where = "zone=x" });
                await cluster.SubmitAsync(ScenarioJob.Daemon with { Name = "daemon-fail", Seconds = 1, Program = "\"ExitCode\": 3" });
                await cluster.SubmitAsync(ScenarioJob.Daemon with { Name = "daemon-exit0", Seconds = 1 });
                await cluster.WaitUntilAsync(8.2);
                await cluster.JoinAsync(Node("node-c", labels: ("zone", "x")));
                var joined = cluster.Timeline.Now;
                await cluster.WaitUntilAsync(12);
                cluster.Timeline.IsBrief = true;
                await cluster.WaitUntilAsync(83.7);
                NoteStarts(cluster, "daemon-fail", "node-a");
                cluster.AssertRunning("daemon", 3);
                cluster.AssertRunning("daemon-none", 1);
                Assert.All(cluster.Timeline.RunsOf("daemon").FindAll(run => run.Node == "node-c"), run => Assert.InRange(run.Started - joined, 0, 1));
                Assert.All(new[] { "daemon-fail", "daemon-exit0" }, name => Assert.True(cluster.Timeline.RunsOf(name).Count(run => run.Node == "node-a") > 3));
                await cluster.EndAsync("daemon", "daemon-none", "daemon-fail", "daemon-exit0");
            },
        },
        new()
        {
            Number = "07",
            Title = "Service: the program ends with 0 or with 5",
            There = "weak: two starts per node without a pause, then the service is failed",
            Here = "it is started again and again, with pauses that grow to a minute; the service lives on",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(ScenarioJob.Service with { Name = "exit-0", Seconds = 2 });
                await cluster.SubmitAsync(ScenarioJob.Service with { Name = "exit-5", Seconds = 2, Program = "\"ExitCode\": 5" });
                await cluster.SubmitAsync(ScenarioJob.Service with
                {
                    Name = "exit-5-queue",
                    Seconds = 2,
                    Program = "\"ExitCode\": 5",
                    TaskFields = "\"Timeouts\": { \"QueueTimeout\": 60 }",
                });
                await cluster.WaitUntilAsync(12);
                cluster.Timeline.IsBrief = true;
                await cluster.WaitUntilAsync(120);
                NoteStarts(cluster, "exit-0");
                Assert.All(new[] { "exit-0", "exit-5", "exit-5-queue" }, name =>
                {
                    Assert.False(cluster.StoredJob(name).State.IsTerminal());
                    Assert.True(cluster.Timeline.RunsOf(name).Count > 4);
                });
                await cluster.EndAsync("exit-0", "exit-5", "exit-5-queue");
            },
        },
        new()
        {
            Number = "08",
            Title = "Constraints and labels",
            There = "mixed: operators as described; unknown ones and odd keys leave the job Pending for ever; changed labels do not touch running work",
            Here = "the same operators match the same nodes; what can never match is refused at submit; a daemon follows changed labels as soon as the node tells them",
            Play = ConstraintsAsync,
        },
        new()
        {
            Number = "09b",
            Title = "Stop of service, daemon and ops jobs",
            There = "good: as batch",
            Here = "as batch",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", "0.3"));
                await cluster.SubmitAsync(ScenarioJob.Service);
                await cluster.SubmitAsync(ScenarioJob.Daemon);
                await cluster.SubmitAsync(_ops with { Seconds = 60 });
                await cluster.WaitUntilAsync(4.2);
                Assert.Equal(3, cluster.Timeline.Runs.Count);
                foreach (var name in new[] { "service", "daemon", "ops" })
                {
                    await cluster.StopAsync(name);
                }

                await cluster.WaitAsync(2);
                Assert.All(new[] { "service", "daemon", "ops" }, name => cluster.AssertState(name, JobState.Stopped));
                cluster.AssertNothingRuns();
            },
        },
        new()
        {
            Number = "31",
            Title = "Failure in an older version",
            There = "weak: an ops job whose first version failed is Failed in every later version",
            Here = "each version has its own outcome",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                var ops = _ops with { Seconds = 0 };
                var batch = new ScenarioJob("batch");
                await cluster.SubmitAsync(ops with { Program = "\"FailAt\": \"Refusal\"" });
                await cluster.EndOfAsync("ops");
                cluster.AssertState("ops", JobState.Failed);
                await cluster.UpdateAsync(ops);
                await cluster.EndOfAsync("ops");
                cluster.AssertState("ops", JobState.Completed);
                await cluster.RerunAsync("ops");
                await cluster.EndOfAsync("ops");
                cluster.AssertState("ops", JobState.Completed);
                await cluster.SubmitAsync(batch with { Program = "\"FailAt\": \"Refusal\"" });
                await cluster.EndOfAsync("batch");
                await cluster.UpdateAsync(batch);
                await cluster.EndOfAsync("batch");
                cluster.AssertState("batch", JobState.Completed);
                Assert.Equal(2 + 2, cluster.Timeline.RunsOf("ops").Count);
            },
        },
        new()
        {
            Number = "32",
            Title = "All nodes refuse",
            There = "weak: ops is Completed, daemon Running and batch with a QueueTimeout Pending, though nothing ran",
            Here = "ops and batch are Failed with the nodes' reasons; what may wait is Queued, and fails when its QueueTimeout is over",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                const string Refused = "\"FailAt\": \"Refusal\"";
                await cluster.SubmitAsync(_ops with { Program = Refused });
                await cluster.WaitUntilAsync(4.3);
                await cluster.SubmitAsync(new ScenarioJob("batch") { Program = Refused });
                await cluster.WaitUntilAsync(8.3);
                await cluster.SubmitAsync(ScenarioJob.Service with { Program = Refused });
                await cluster.WaitUntilAsync(12.3);
                await cluster.SubmitAsync(ScenarioJob.Daemon with { Program = Refused });
                await cluster.WaitUntilAsync(16.4);
                await cluster.SubmitAsync(new ScenarioJob("batch-queue") { Program = Refused, TaskFields = "\"Timeouts\": { \"QueueTimeout\": 30 }" });
                await cluster.EndOfAsync("batch-queue");
                cluster.AssertState("ops", JobState.Failed);
                cluster.AssertState("batch", JobState.Failed);
                cluster.AssertState("batch-queue", JobState.Failed);
                Assert.InRange(cluster.Timeline.TimeOf("batch-queue Failed"), 46, 47.5);
                Assert.All(new[] { "ops", "batch", "batch-queue" }, name => Assert.Contains("asked to be refused", cluster.StoredJob(name).Message, StringComparison.Ordinal));
            },
        },
    ];

    private static void NoteStarts(ScenarioCluster cluster, string job, string node = "") => cluster.Timeline.Note(
        $"starts of {job} so far{(node.Length > 0 ? $" on {node}" : "")}: "
        + string.Join(", ", cluster.Timeline.RunsOf(job).FindAll(run => node.Length == 0 || run.Node == node).Select(run => run.Started.ToString("0", CultureInfo.InvariantCulture))));

    private static async Task ConstraintsAsync(ScenarioCluster cluster)
    {
        await cluster.StartAsync(
            Node("node-a", labels: [("zone", "eu"), ("gen", "5"), ("ssd", "yes")]), Node("node-b", labels: [("zone", "us"), ("gen", "10")]));
        cluster.Timeline.IsBrief = true;
        (string Name, string Key, string Operator, string Values, string Nodes)[] cases =
        [
            ("eq", "zone", "=", "eu", "node-a"), ("eqeq", "zone", "==", "us", "node-b"), ("ne", "zone", "!=", "eu", "node-b"),
            ("ne-absent", "ssd", "!=", "no", "node-a, node-b"), ("in", "zone", "in", "eu asia", "node-a"), ("notin", "zone", "notin", "eu asia", "node-b"),
            ("notin-absent", "ssd", "notin", "yes", "node-b"), ("exists", "ssd", "exists", "", "node-a"), ("not", "ssd", "!", "", "node-b"),
            ("gt", "gen", "gt", "5", "node-b"), ("lt", "gen", "lt", "10", "node-a"), ("gt-text", "zone", "gt", "1", ""),
        ];
        foreach (var (name, key, sign, values, expected) in cases)
        {
            await cluster.SubmitQuietlyAsync(_ops with { Name = name, Seconds = 1, Fields = Constraint(key, sign, values) });
            await cluster.EndOfAsync(name);
            var nodes = string.Join(", ", cluster.Timeline.RunsOf(name).Select(run => run.Node).Order(StringComparer.Ordinal));
            cluster.Timeline.Note($"{key} {sign} {values}: {(nodes.Length > 0 ? nodes : "Failed")}");
            Assert.Equal(expected, nodes);
        }

        foreach (var (name, key, sign) in new[] { ("upper-IN", "zone", "IN"), ("sym-gt", "gen", ">"), ("bad-op", "zone", "~"), ("bad-key", "a key", "=") })
        {
            await cluster.SubmitRefusedAsync(_ops with { Name = name, Fields = Constraint(key, sign, "eu") });
        }

        await cluster.SubmitAsync(ScenarioJob.Daemon with { Where = "zone=eu" });
        cluster.Timeline.IsBrief = false;
        await cluster.RunningAsync("daemon");
        await SwapLabelsAsync(cluster);
        await cluster.WaitAsync(2);
        Assert.Equal("node-b", Assert.Single(cluster.Timeline.RunsOf("daemon"), run => run.IsRunning).Node);
        await cluster.EndAsync("daemon");
    }

    private static async Task SwapLabelsAsync(ScenarioCluster cluster)
    {
        foreach (var (node, zone) in new[] { ("node-a", "us"), ("node-b", "eu") })
        {
            await cluster.StopAsync(cluster[node]);
            cluster[node].Setup = cluster[node].Setup with { Labels = cluster[node].Setup.Labels.SetItem("zone", zone) };
            cluster.Restart(cluster[node]);
        }
    }

    private static string Constraint(string key, string sign, string values) =>
        $$"""
        "Constraints": [{ "Key": "{{key}}", "Operator": "{{sign}}", "Values": [{{string.Join(", ", values.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(value => $"\"{value}\""))}}] }]
        """;
}
