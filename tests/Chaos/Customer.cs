using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Bacalhau.Chaos;

/// <summary>Someone who submits, updates, stops and reruns jobs, one thing after the other, and insists on each.</summary>
/// <param name="number">Which of the customers.</param>
/// <param name="seed">Seed of what it does.</param>
/// <param name="client">How it asks.</param>
/// <param name="cluster">What it asks.</param>
/// <param name="timeline">Where is noted what it does.</param>
internal sealed class Customer(int number, int seed, Client client, ChaosCluster cluster, Timeline timeline)
{
    private readonly Random random = new(seed);
    private int made;

    /// <summary>Its jobs that were accepted.</summary>
    public ImmutableList<ChaosJob> Jobs { get; private set; } = [];

    /// <summary>What was answered and should not have been.</summary>
    public List<string> Wrongs { get; } = [];

    /// <summary>What it waits for an answer to; empty when there is nothing.</summary>
    public string Pending { get; private set; } = "";

    /// <summary>Works until told to end, and finishes what it has begun.</summary>
    public async Task WorkAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await ActAsync();
            try
            {
                await Task.Delay(random.Next(500, 3000), end);
            }
            catch (OperationCanceledException)
            {
                // The round is over.
            }
        }
    }

    private IEnumerable<ChaosJob> Running(string type) => Jobs.Where(job => job.Type == type && job.Expected == Outcome.Runs);

    private Task ActAsync() => random.Next(20) switch
    {
        0 when Running("service").Count() < 2 => SubmitAsync(New("service", random.Next(2, 5), null, Outcome.Runs)),
        1 when number == 0 && Running("daemon").Count() < 2 => SubmitAsync(New("daemon", 1, null, Outcome.Runs)),
        2 when number == 1 && !Running("scheduled").Any() => SubmitAsync(New("scheduled", 2, random.Next(1, 10), Outcome.Runs)),
        3 or 4 => SubmitAsync(New("ops", 1, random.Next(1, 15), Outcome.Completes)),
        5 or 6 when Pick(job => job is { Type: "service" or "daemon", Expected: Outcome.Runs }) is { } job => UpdateAsync(job),
        7 when Pick(job => job.Expected == Outcome.Runs) is { } job => StopAsync(job),
        8 when Pick(job => job is { Type: "batch", Expected: Outcome.Completes, IsSettled: false }) is { } job => StopAsync(job),
        9 when Pick(job => job is { Type: "batch", Expected: Outcome.Completes }) is { } job => RerunAsync(job),
        10 => SubmitAsync(New("batch", random.Next(1, 3), random.Next(1, 4), Outcome.Fails) with { FailuresIn256 = 256 }),
        11 => SubmitAsync(New("batch", random.Next(1, 5), random.Next(1, 4), Outcome.Completes) with { FailuresIn256 = 80 }),
        _ => SubmitAsync(New("batch", random.Next(1, 9), random.Next(1, 15), Outcome.Completes)),
    };

    private ChaosJob New(string type, int count, int? ticks, Outcome expected) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"{type}-{number}-{++made}"),
        Type = type,
        Count = count,
        Ticks = ticks,
        Priority = random.Next(3) * 10,
        Expected = expected,
    };

    private ChaosJob? Pick(Func<ChaosJob, bool> wanted) => Jobs.Where(wanted).ToList() is { Count: > 0 } some ? some[random.Next(some.Count)] : null;

    private async Task SubmitAsync(ChaosJob job)
    {
        // Programs of all users write there.
        Directory.CreateDirectory(Path.Combine(cluster.Traces, job.Name));
        if (await PutAsync(job, "submit"))
        {
            Jobs = Jobs.Add(job);
        }
    }

    private Task<bool> UpdateAsync(ChaosJob job)
    {
        job.Count = job.Type == "service" ? random.Next(2, 5) : 1;
        return PutAsync(job, "update");
    }

    private async Task<bool> PutAsync(ChaosJob job, string what)
    {
        job.Version++;
        var request = new JsonObject
        {
            ["Job"] = JobDocument.Of(job, cluster.Traces),
            ["IdempotencyToken"] = string.Create(CultureInfo.InvariantCulture, $"{job.Name}/{job.Version}"),
        };
        var answer = await AskAsync($"{what} {job.Name}", HttpMethod.Put, "jobs", request);
        var id = (string?)answer.Body?["JobID"] ?? "";
        if (!answer.IsGood || id.Length == 0 || (job.Id.Length > 0 && job.Id != id))
        {
            Wrongs.Add($"{what} of {job} was answered with {answer}");
            return false;
        }

        timeline.Count($"{what}: {job.Type}");
        job.Id = id;
        return true;
    }

    private async Task StopAsync(ChaosJob job)
    {
        var answer = await AskAsync($"stop {job.Name}", HttpMethod.Delete, "jobs/" + job.Id);
        timeline.Count($"stop: {job.Type}");
        if (answer.IsGood)
        {
            job.Expected = Outcome.Stopped;
        }
        else if (job.Expected == Outcome.Runs || answer.Body?.ToJsonString().Contains("it is Completed already", StringComparison.Ordinal) != true)
        {
            Wrongs.Add($"stop of {job} was answered with {answer}");
        }
    }

    /// <summary>Runs a job again that has ended, as its owner sees it; one that has not is left alone.</summary>
    private async Task RerunAsync(ChaosJob job)
    {
        if (await client.TryAsync(HttpMethod.Get, "jobs/" + job.Id) is not { IsGood: true } now
            || (string?)now.Body!["Job"]!["State"]!["StateType"] != "Completed"
            // What nobody answered cannot be told from what was done.
            || await client.TryAsync(HttpMethod.Put, $"jobs/{job.Id}/rerun", new JsonObject()) is not { } answer)
        {
            return;
        }

        timeline.Count("rerun: batch");
        job.IsSettled = false;
        if (!answer.IsGood && answer.Status < HttpStatusCode.InternalServerError)
        {
            Wrongs.Add($"rerun of {job} was answered with {answer}");
        }
    }

    private async Task<Answer> AskAsync(string what, HttpMethod method, string path, JsonNode? body = null)
    {
        Pending = what;
        var answer = await client.InsistAsync(method, path, body);
        Pending = "";
        return answer;
    }
}
