using System.Collections.Immutable;
using Bacalhau.Core.Jobs;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>Jobs that are changed and run again.</summary>
internal static class VersionScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "10",
            Title = "New version of a running job, rerun",
            There = "weak: all replicas go at once and the new ones start beside them; the same job again is an internal error",
            Here = "one replica after the other, each after the one before is healthy; none runs beside its predecessor; the same job again is refused with words",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"), Node("node-b"));
                var service = ScenarioJob.Service with { Count = 2 };
                await cluster.SubmitAsync(service);
                await cluster.RunningAsync("service", 2);
                await cluster.WaitUntilAsync(3.3);
                await cluster.SubmitRefusedAsync(service);
                await cluster.UpdateAsync(service with { Program = "\"Output\": \"two\"" });
                await cluster.WaitAsync(40);
                cluster.AssertRunning("service", 2);
                await cluster.RerunAsync("service", 1);
                await cluster.WaitAsync(40);
                cluster.AssertRunning("service", 2);
                await cluster.UpdateAsync(service with { Count = 1, Program = "\"Output\": \"three\"" });
                await cluster.WaitAsync(40);
                cluster.AssertRunning("service", 1);
                await cluster.StopAsync("service");
                await cluster.WaitAsync(13);
                await cluster.RerunAsync("service");
                await cluster.WaitAsync(8);
                cluster.AssertRunning("service", 1);
                await cluster.StopAsync("service");
                await cluster.WaitAsync(12);
                await cluster.SubmitAsync(new ScenarioJob("batch", 20));
                await cluster.WaitAsync(3);
                await cluster.RerunAsync("batch");
                await cluster.EndOfAsync("batch");
                await cluster.WaitAsync(11);
                await cluster.RerunAsync("batch");
                await cluster.EndOfAsync("batch");

                cluster.AssertState("batch", JobState.Completed);
                foreach (var partition in cluster.Timeline.Runs.GroupBy(run => (run.Job, run.Partition)))
                {
                    Assert.All(partition.Zip(partition.Skip(1)), pair => Assert.False(pair.First.Overlaps(pair.Second), $"{pair.First} and {pair.Second} overlap"));
                }
            },
        },
        new()
        {
            Number = "10b",
            Title = "Rerun of a queued job, timeouts after an update, change of type, new label",
            There = "weak: timeouts count from the job's creation; another type gets the wrong scheduler; a new label is an internal error",
            Here = "timeouts count from the version; another type is refused; labels may change",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                await cluster.SubmitAsync(new ScenarioJob("queued", 1) { Where = "zone=none", TaskFields = "\"Timeouts\": { \"QueueTimeout\": 20 }" });
                await cluster.WaitUntilAsync(3.1);
                await cluster.RerunRefusedAsync("queued");
                var old = new ScenarioJob("old", 1) { TaskFields = "\"Timeouts\": { \"QueueTimeout\": 10 }" };
                await cluster.SubmitAsync(old);
                await cluster.WaitUntilAsync(18.8);
                await cluster.UpdateAsync(old with { Where = "zone=none" });
                var updated = cluster.Timeline.Now;
                await cluster.WaitUntilAsync(20.3);
                await cluster.SubmitAsync(new ScenarioJob("total", 1) { TaskFields = "\"Timeouts\": { \"TotalTimeout\": 15 }" });
                await cluster.WaitUntilAsync(39.1);
                await cluster.RerunAsync("total");
                await cluster.WaitUntilAsync(46.6);
                await cluster.SubmitAsync(new ScenarioJob("type", 30));
                await cluster.WaitUntilAsync(49.6);
                var refusal = await cluster.SubmitRefusedAsync(new ScenarioJob("type", 31) { Type = "ops", Count = null });
                Assert.Contains("type", refusal.Message, StringComparison.OrdinalIgnoreCase);
                await cluster.WaitUntilAsync(69.6);
                await cluster.SubmitAsync(new ScenarioJob("label", 20));
                await cluster.WaitUntilAsync(72.6);
                await cluster.UpdateAsync(new ScenarioJob("label", 20) { Fields = "\"Labels\": { \"newkey\": \"x\" }" });
                await cluster.EndOfAsync("queued", "old", "total", "type", "label");

                Assert.InRange(cluster.Timeline.TimeOf("queued Failed"), 20, 21);
                Assert.InRange(cluster.Timeline.TimeOf("old v2 Failed") - updated, 10, 11);
                Assert.All(new[] { "total", "type", "label" }, name => cluster.AssertState(name, JobState.Completed));
            },
        },
        new()
        {
            Number = "24",
            Title = "Long names, odd names, namespaces",
            There = "mixed: name and namespace are the identity; anything goes as a name; a full id ignores the namespace",
            Here = "the same identity; the same name in two namespaces gives two jobs, again in one of them version 2 (look-ups over HTTP: `Orchestrator.Tests/Http/GoldenHttpTests`)",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                cluster.Timeline.IsBrief = true;
                foreach (var (label, name) in new[] { ("64 characters", new string('n', 64)), ("300 characters", new string('n', 300)), ("a b/c ü", "a b/c ü") })
                {
                    await cluster.SubmitQuietlyAsync(new ScenarioJob(name));
                    await cluster.EndOfAsync(name);
                    cluster.AssertState(name, JobState.Completed);
                    cluster.Timeline.Note($"name {label}: Completed");
                }

                var same = new ScenarioJob("same");
                await cluster.SubmitQuietlyAsync(same with { Namespace = "nsa" });
                var a = cluster.StoredJob("same");
                await cluster.SubmitQuietlyAsync(same with { Namespace = "nsb" });
                var b = cluster.StoredJob("same");
                await cluster.EndOfAsync("same");
                await cluster.SubmitQuietlyAsync(same with { Namespace = "nsa", Seconds = 1 });
                var again = cluster.StoredJob("same");
                await cluster.EndOfAsync("same");
                Assert.NotEqual(a.Id, b.Id);
                Assert.Equal((a.Id, 2), (again.Id, again.Version));
                cluster.Timeline.Note("same name in two namespaces: two jobs");
                cluster.Timeline.Note("again in the first: version 2 of it");
            },
        },
    ];
}
