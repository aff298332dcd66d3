using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Work that a node cannot or will not do.</summary>
internal static class FailureScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "17",
            Title = "Image missing, registry down, engine missing on one node",
            There = "mixed: each node is asked twice within half a second; an image that is only on the node is not found",
            Here = "a node that has refused is not asked again, and the job fails with the node's reason; no answer of a registry is tried again with pauses; a local image runs "
                + "(images themselves: `Compute.Tests/Engines/Docker/DockerImagesTests`, `EndToEnd/HybridTests.Missing_image_fails_the_job_with_cause_and_hint`)",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a") with { Engines = ["other"] }, Node("node-b"), Node("node-c"));
                await cluster.SubmitAsync(new ScenarioJob("no-such-image") { Program = "\"FailAt\": \"Refusal\"" });
                await cluster.EndOfAsync("no-such-image");
                await cluster.WaitUntilAsync(4.4);
                await cluster.SubmitAsync(new ScenarioJob("registry-down") { Program = "\"FailAt\": \"Prepare\"" });
                await cluster.EndOfAsync("registry-down");
                await cluster.WaitUntilAsync(14.5);
                await cluster.SubmitAsync(new ScenarioJob("engine-on-a-only") { Engine = "other" });
                await cluster.EndOfAsync("engine-on-a-only");

                cluster.AssertState("no-such-image", JobState.Failed);
                Assert.Contains("asked to be refused", cluster.StoredJob("no-such-image").Message, StringComparison.Ordinal);
                Assert.Equal(["node-b", "node-c"], cluster.Executions("no-such-image").Select(stored => stored.Execution.Node.Value).Order());
                cluster.AssertState("registry-down", JobState.Failed);
                var tries = cluster.Executions("registry-down").Select(stored => stored.Execution.CreatedAt).ToList();
                Assert.All(tries.Zip(tries.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(1)));
                Assert.Equal("node-a", cluster.Timeline.RunsOf("engine-on-a-only").Single().Node);
            },
        },
        new()
        {
            Number = "18",
            Title = "Publisher missing or failing",
            There = "mixed: an unknown type fails at scheduling; a publish error fails an execution whose program succeeded",
            Here = "as there: an unknown type fails with the reason of each node, an exit code of 4 is published",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("local-ok") { TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.EndOfAsync("local-ok");
                await cluster.WaitUntilAsync(3);
                await cluster.SubmitAsync(new ScenarioJob("not-installed") { TaskFields = "\"Publisher\": { \"Type\": \"ipfs\" }" });
                await cluster.EndOfAsync("not-installed");
                await cluster.WaitUntilAsync(9.3);
                await cluster.SubmitAsync(new ScenarioJob("exit-4-with-publisher") { Program = "\"ExitCode\": 4", TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.EndOfAsync("exit-4-with-publisher");
                cluster.AssertRanOnce("local-ok");
                cluster.AssertRanOnce("exit-4-with-publisher");
                Assert.NotNull(cluster.Executions("exit-4-with-publisher")[0].PublishedResult);
                cluster.AssertState("not-installed", JobState.Failed);
                Assert.Contains("ipfs", cluster.StoredJob("not-installed").Message, StringComparison.Ordinal);
                Assert.Empty(cluster.Executions("not-installed"));
            },
        },
        new()
        {
            Number = "18b",
            Title = "Endpoint of the publisher down",
            There = "weak: the program is run again for each failed publish, four times; the output is lost",
            Here = "publishing alone is tried again, five times within 15 s, from the kept results; the program is run again only by the job's RetryPolicy, with pauses, and the message is the publisher's",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                cluster["node-a"].Publisher.IsDown = cluster["node-b"].Publisher.IsDown = true;
                await cluster.SubmitAsync(new ScenarioJob("endpoint-down", 1) { Fields = "\"RetryPolicy\": { \"MaxAttempts\": 1 }", TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.EndOfAsync("endpoint-down");
                await cluster.SubmitAsync(new ScenarioJob("endpoint-comes-back", 1) { TaskFields = "\"Publisher\": { \"Type\": \"fake\" }" });
                await cluster.WaitAsync(8);
                cluster.Timeline.Step("the endpoint is back");
                cluster["node-a"].Publisher.IsDown = cluster["node-b"].Publisher.IsDown = false;
                await cluster.EndOfAsync("endpoint-comes-back");
                cluster.AssertState("endpoint-down", JobState.Failed);
                Assert.Single(cluster.Timeline.RunsOf("endpoint-down"));
                Assert.Contains("upload failed", cluster.StoredJob("endpoint-down").Message, StringComparison.Ordinal);
                cluster.AssertRanOnce("endpoint-comes-back");
            },
        },
        new()
        {
            Number = "19",
            Title = "Input source missing",
            There = "weak: errors that cannot go away are tried twice on each node; the code of the error is empty",
            Here = "a missing or forbidden path is a refusal: each node once, with its reason; a source that no node has fails at once "
                + "(paths: `Compute.Tests/Inputs/LocalInputSourceTests`, `EndToEnd/HybridTests.Path_outside_the_allowed_ones_fails_the_job_with_cause_and_hint`)",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("path-missing") { Program = "\"FailAt\": \"Refusal\"" });
                await cluster.EndOfAsync("path-missing");
                await cluster.WaitUntilAsync(17.9);
                await cluster.SubmitAsync(new ScenarioJob("ipfs-not-installed")
                {
                    TaskFields = """ "InputSources": [{ "Target": "/in", "Source": { "Type": "ipfs", "Params": { "CID": "bafkqaaa" } } }] """,
                });
                await cluster.EndOfAsync("ipfs-not-installed");
                cluster.AssertState("path-missing", JobState.Failed);
                Assert.Equal(2, cluster.Executions("path-missing").Length);
                cluster.AssertState("ipfs-not-installed", JobState.Failed);
                Assert.Contains("ipfs", cluster.StoredJob("ipfs-not-installed").Message, StringComparison.Ordinal);
                Assert.Empty(cluster.Executions("ipfs-not-installed"));
            },
        },
        new()
        {
            Number = "27",
            Title = "Node killed before it has answered",
            There = "weak: executions whose bid was open stay New for ever, in all job types",
            Here = "there is no bid; what a node was preparing when it died is prepared again at its return",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", labels: ("spot", "a")), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("batch", 2)
                {
                    Where = "spot=a",
                    Program = "\"PrepareMillis\": 10000",
                    TaskFields = "\"Timeouts\": { \"QueueTimeout\": 20, \"TotalTimeout\": 60 }",
                });
                await cluster.WaitUntilAsync(5.1);
                cluster.Kill(cluster["node-a"]);
                await cluster.WaitUntilAsync(5.5);
                cluster.Restart(cluster["node-a"]);
                await cluster.EndOfAsync("batch");
                await cluster.WaitUntilAsync(65.6);
                await cluster.SubmitAsync(new ScenarioJob("new-job") { Where = "spot=a" });
                await cluster.EndOfAsync("new-job");
                cluster.AssertRanOnce("batch");
                cluster.AssertRanOnce("new-job");
            },
        },
        new()
        {
            Number = "28",
            Title = "A node that hangs over one execution",
            There = "weak: a bid that is never answered blocks its partition, and stops and bids of that node",
            Here = "an execution whose preparing hangs is given up after PrepareTimeout; meanwhile the node stops and starts others",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a", labels: ("spot", "a")), Node("node-b"));
                await cluster.SubmitAsync(new ScenarioJob("running", 200) { Where = "spot=a" });
                await cluster.WaitUntilAsync(0.5);
                await cluster.SubmitAsync(new ScenarioJob("hangs", 2)
                {
                    Where = "spot=a",
                    Program = "\"PrepareMillis\": 86400000",
                    TaskFields = "\"Timeouts\": { \"PrepareTimeout\": 60 }",
                    Fields = "\"RetryPolicy\": { \"MaxAttempts\": 1 }",
                });
                await cluster.WaitUntilAsync(30.6);
                await cluster.StopAsync("running");
                await cluster.WaitUntilAsync(50.9);
                await cluster.SubmitAsync(new ScenarioJob("second-on-a", 1) { Where = "spot=a" });
                await cluster.EndOfAsync("second-on-a", "hangs");
                Assert.InRange(cluster.Timeline.RunsOf("running").Single().Ended!.Value, 30.6, 31);
                Assert.InRange(cluster.Timeline.TimeOf("second-on-a Completed"), 51.9, 52.5);
                cluster.AssertState("hangs", JobState.Failed);
                Assert.InRange(cluster.Timeline.TimeOf("hangs Failed"), 60, 62);
            },
        },
        new()
        {
            Number = "29",
            Title = "A job that the scheduler cannot read",
            There = "weak: a constraint that only the scheduler refuses blocks the job for ever, repaired or not",
            Here = "what could not be scheduled is refused when it is submitted, and nothing is stored",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                var poison = new ScenarioJob("poison") { Fields = """ "Constraints": [{ "Key": "zone", "Operator": "~", "Values": ["eu"] }] """ };
                var refusal = await cluster.SubmitRefusedAsync(poison);
                Assert.Contains("~", refusal.Message, StringComparison.Ordinal);
                await cluster.WaitUntilAsync(23.1);
                await cluster.SubmitAsync(poison with { Fields = "" });
                await cluster.EndOfAsync("poison");
                cluster.AssertRanOnce("poison");
            },
        },
    ];
}
