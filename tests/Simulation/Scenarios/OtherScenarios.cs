using System.Collections.Immutable;
using static Bacalhau.Simulation.Scenarios.ScenarioCluster;

namespace Bacalhau.Simulation.Scenarios;

/// <summary>What is left behind, how logs are read, and what other tests show.</summary>
internal static class OtherScenarios
{
    public static readonly ImmutableArray<Scenario> All =
    [
        new()
        {
            Number = "25",
            Title = "What is left in the data folders",
            There = "weak: nothing is ever cleaned; about 37 kB per trivial job for ever",
            Here = "jobs, their history and logs go by age and number (`Orchestrator.Tests/State/RetentionTests`); a node deletes an execution's folder when it is told to forget it "
                + "(`EndToEnd/SweepTests`), and published archives after KeepFor (`Compute.Tests/Publishers/LocalPublisherTests`)",
        },
        new()
        {
            Number = "26",
            Title = "devstack with bad nodes",
            There = "useful for tests, with an oddity: one bad node asked for, two of three are bad; a revision conflict costs 5 s",
            Here = "no bad nodes: failures are played in the simulation; there is one writer, so no conflicts (devstack: `EndToEnd/StopTests.Devstack_runs_work_on_its_nodes_and_stops_all_of_it`)",
        },
        new()
        {
            Number = "33",
            Title = "Several log streams to one node",
            There = "weak: of three streams one ends silently, one gives nothing until the end",
            Here = "each client gets each line as it comes, whoever else reads, comes or goes",
            Play = async cluster =>
            {
                await cluster.StartAsync(Node("node-a"));
                string[] names = ["one", "two", "three"];
                foreach (var name in names)
                {
                    await cluster.SubmitAsync(new ScenarioJob(name) { Program = "\"Lines\": 50" });
                }

                await cluster.WaitUntilAsync(6.1);
                cluster.Timeline.Step("three clients follow the logs of the three jobs");
                using var first = new CancellationTokenSource();
                using var second = new CancellationTokenSource();
                List<string>[] read = [[], [], []];
                Task[] clients =
                [
                    cluster.ReadLogAsync("one", read[0], follows: true, first.Token),
                    cluster.ReadLogAsync("two", read[1], follows: true, second.Token),
                    cluster.ReadLogAsync("three", read[2], follows: true, CancellationToken.None),
                ];
                await cluster.WaitUntilAsync(14.1);
                Note(cluster, read);
                Assert.All(read, lines => Assert.Equal(15, lines.Count));
                cluster.Timeline.Step("the client of one goes");
                first.Cancel();
                await cluster.WaitUntilAsync(22.1);
                Note(cluster, read);
                cluster.Timeline.Step("the client of two goes");
                second.Cancel();
                await cluster.WaitUntilAsync(30.1);
                Note(cluster, read);
                var now = new List<string>();
                cluster.Timeline.Step("logs of one, without following");
                await cluster.ReadLogAsync("one", now, follows: false, CancellationToken.None);
                cluster.Timeline.Note($"{now.Count} lines");
                Assert.Equal(31, now.Count);
                await cluster.EndOfAsync(names);
                await Task.WhenAll(clients);
                Note(cluster, read);
                Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), read[2]);
            },
        },
    ];

    private static void Note(ScenarioCluster cluster, List<string>[] read) =>
        cluster.Timeline.Note($"lines read: one {read[0].Count}, two {read[1].Count}, three {read[2].Count}");
}
