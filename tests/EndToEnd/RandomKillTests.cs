using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bacalhau.EndToEnd.Harness;

namespace Bacalhau.EndToEnd;

/// <summary>Orchestrator, compute node and message server are killed, one or all, again and again, while jobs run and are submitted.</summary>
public sealed class RandomKillTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 8;
    private readonly Cluster cluster = new();
    private readonly List<string> accepted = [];
    private Node orchestrator = null!;
    private Node worker = null!;

    [Fact]
    public async Task Every_accepted_job_completes_once_whoever_is_killed_at_any_moment()
    {
        orchestrator = await cluster.StartOrchestratorAsync();
        worker = await cluster.StartComputeAsync("one");
        await orchestrator.Api.WaitForNodesAsync(1);
        for (var round = 0; round < Rounds; round++)
        {
            await KillInRoundAsync(Round.Of(RandomNumberGenerator.GetInt32(int.MaxValue)));
        }

        foreach (var id in accepted)
        {
            var job = await orchestrator.Api.EndOfAsync(id);
            Assert.True(Api.StateOf(job) == "Completed", job.ToString());
            Assert.Equal(Enumerable.Range(0, 2), await orchestrator.Api.CompletedPartitionsAsync(id));
        }

        Assert.Equal(2 * Rounds, accepted.Distinct().Count());
        Assert.Equal(accepted.Count, (await orchestrator.Api.GetAsync("jobs?limit=1000"))["Items"]!.AsArray().Count);
    }

    public void Dispose() => cluster.Dispose();

    /// <summary>One job runs, and one is being submitted, when somebody dies.</summary>
    private async Task KillInRoundAsync(Round round)
    {
        output.WriteLine($"{round}");
        accepted.Add(await orchestrator.Api.SubmitAsync(Jobs.Wasm(Jobs.Sleep, count: 2)));
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(round.Moment, TimeProvider.System);
        var job = Jobs.Wasm(Jobs.Hello, count: 2).WithResults();
        var token = $"round-{round.Seed}";
        var submitted = TrySubmitAsync(job, token);
        await Task.Delay(round.AfterSubmit, TimeProvider.System);

        await KillAsync(round);
        var answered = await submitted;
        var id = await orchestrator.Api.SubmitAsync(job, token);
        Assert.True(answered is null || answered == id, $"The job was accepted as {answered}, and as {id} when it was sent again");
        accepted.Add(id);
        output.WriteLine($"  over after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    private async Task KillAsync(Round round)
    {
        if (round.KillsMessages && orchestrator.MessageServer is { } server)
        {
            Processes.KillNow(server);
        }

        if (round.KillsOrchestrator)
        {
            await orchestrator.KillAsync();
        }

        if (round.KillsWorker)
        {
            await worker.KillAsync();
            worker = cluster.Begin("one", ["--compute"]);
        }

        if (round.KillsOrchestrator)
        {
            orchestrator = await cluster.StartOrchestratorAsync();
        }
    }

    /// <summary>Submits; null when nobody answered.</summary>
    private async Task<string?> TrySubmitAsync(JsonObject job, string token)
    {
        try
        {
            var (status, body) = await orchestrator.Api.TrySubmitAsync(job, token);
            Assert.Equal(HttpStatusCode.OK, status);
            return (string?)body["JobID"];
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Who dies when.</summary>
    private sealed record Round(int Seed, bool KillsOrchestrator, bool KillsWorker, bool KillsMessages, TimeSpan Moment, TimeSpan AfterSubmit)
    {
        public static Round Of(int seed)
        {
            var random = new Random(seed);
            var victims = random.Next(1, 8);
            return new Round(
                seed, (victims & 1) != 0, (victims & 2) != 0, (victims & 4) != 0, TimeSpan.FromMilliseconds(random.Next(400)), TimeSpan.FromMilliseconds(random.Next(60)));
        }
    }
}
