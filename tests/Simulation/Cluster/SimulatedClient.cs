using System.Globalization;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A person with a script: submits jobs, again with the same token until an answer comes, and stops some.</summary>
internal sealed class SimulatedClient(SimulationWorld world, SimulatedOrchestrator orchestrator, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Random random = new(world.Random.Next());
    private JsonElement lastDocument;

    /// <summary>Jobs that were answered.</summary>
    public List<JobId> Submitted { get; } = [];

    public async Task RunAsync(int jobs)
    {
        for (var i = 0; i < jobs; i++)
        {
            await world.DelayAsync(TimeSpan.FromSeconds(random.NextDouble() * 20));
            var token = string.Create(CultureInfo.InvariantCulture, $"client-{number}-{i}");
            var id = await SubmitAsync(Document(i), token);
            Submitted.Add(id);
            if (random.Next(4) == 0 && await SubmitAsync(Document(i, repeat: true), token) is var again && again != id)
            {
                world.Checks.Fail($"token {token} gave job {id}, then {again}");
            }

            if (random.Next(6) == 0)
            {
                await world.DelayAsync(TimeSpan.FromSeconds(random.NextDouble() * 30));
                await StopAsync(id);
            }
        }
    }

    private JsonElement Document(int i, bool repeat = false)
    {
        if (repeat)
        {
            return lastDocument;
        }

        var runFor = random.Next(4) == 0 ? random.Next(60_000) : random.Next(2_000);
        var failAt = random.Next(12) switch { 0 => "Run", 1 => "Start", 2 => "Refusal", 3 => "Prepare", _ => "Nowhere" };
        var publisher = random.Next(2) == 0 ? ""","Publisher":{"Type":"fake"}""" : "";
        var timeouts = random.Next(8) == 0 ? ""","Timeouts":{"ExecutionTimeout":20}""" : random.Next(10) == 0 ? ""","Timeouts":{"TotalTimeout":60}""" : "";
        var cpu = (100 * (1 + random.Next(12))).ToString(CultureInfo.InvariantCulture);
        var text = $$"""
            {"Name":"job-{{number}}-{{i}}","Type":"batch","Count":{{random.Next(5)}},"Priority":{{random.Next(3)}},
             "Tasks":[{"Name":"main","Engine":{"Type":"fake","Params":{"RunForMillis":{{runFor}},"FailAt":"{{failAt}}","ExitCode":{{random.Next(2)}} } }{{publisher}}{{timeouts}},
               "Resources":{"CPU":"{{cpu}}m","Memory":"100mb"} }]}
            """;
        return lastDocument = JsonElement.Parse(text);
    }

    private async Task<JobId> SubmitAsync(JsonElement document, string token)
    {
        while (true)
        {
            var answer = await TryAsync(jobs => jobs.SubmitAsync(new JobSubmitRequest { Document = document, Token = token }, CancellationToken.None));
            if (answer is not null)
            {
                return new JobId(answer.JobID);
            }

            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    private async Task StopAsync(JobId id)
    {
        while (await TryAsync(jobs => StopAsync(jobs, id)) is null)
        {
            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<string> StopAsync(JobService jobs, JobId id)
    {
        try
        {
            return await jobs.StopAsync(id, "by the simulation", CancellationToken.None);
        }
        catch (JobRefusedException)
        {
            return "it has ended";
        }
    }

    /// <summary>Asks once; null if the orchestrator is not there, dies meanwhile, or cannot store it.</summary>
    private async Task<T?> TryAsync<T>(Func<JobService, Task<T>> ask)
        where T : class
    {
        if (orchestrator.Jobs is not { } jobs)
        {
            return null;
        }

        try
        {
            var answer = await ask(jobs).WaitAsync(Patience, world.Clock);
            return ReferenceEquals(jobs, orchestrator.Jobs) ? answer : null;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return null;
        }
    }
}
