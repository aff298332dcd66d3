using System.Globalization;
using System.Text.Json;
using Bacalhau.Core;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A person with a script: submits jobs, again with the same token until an answer comes, updates some, runs some again, and stops some.</summary>
internal sealed class SimulatedClient(SimulationWorld world, SimulatedOrchestrator orchestrator, int number)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Random random = new(world.Random.Next());
    private readonly JobIdeas ideas = new(new Random(world.Random.Next()));
    private readonly List<(JobId Id, JobPlan Plan)> jobs = [];
    private int tokens;

    /// <summary>Jobs that were answered.</summary>
    public IEnumerable<JobId> Submitted => jobs.Select(job => job.Id);

    /// <summary>Does a number of things, with pauses.</summary>
    public async Task RunAsync(int deeds)
    {
        for (var i = 0; i < deeds; i++)
        {
            await world.DelayAsync(TimeSpan.FromSeconds(random.NextDouble() * 24));
            await (jobs.Count == 0 ? SubmitAsync(i) : random.Next(10) switch
            {
                0 or 1 or 2 => UpdateAsync(random.Next(jobs.Count)),
                3 => RerunAsync(jobs[random.Next(jobs.Count)].Id),
                4 => StopAsync(jobs[random.Next(jobs.Count)].Id),
                _ => SubmitAsync(i),
            });
        }
    }

    public async Task StopAsync(JobId id)
    {
        while (await TryAsync(async service => await service.StopAsync(id, "by the simulation", CancellationToken.None)) is null)
        {
            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    private async Task SubmitAsync(int i)
    {
        var plan = ideas.New(string.Create(CultureInfo.InvariantCulture, $"job-{number}-{i}"));
        var document = plan.ToDocument();
        var token = NextToken();
        var id = await PutAsync(document, token);
        jobs.Add((new JobId(id), plan));
        if (random.Next(4) == 0 && await PutAsync(document, token) is var again && again != id)
        {
            world.Checks.Fail($"token {token} gave job {id}, then {again}");
        }
    }

    private async Task UpdateAsync(int index)
    {
        var (id, plan) = jobs[index];
        var changed = ideas.Changed(plan);
        var answer = await PutAsync(changed.ToDocument(), NextToken());
        if (answer.Length > 0 && answer != id.Value)
        {
            world.Checks.Fail($"{plan.Name} was {id}, and its update is {answer}");
        }

        jobs[index] = (id, answer.Length > 0 ? changed : plan);
    }

    private async Task RerunAsync(JobId id)
    {
        // Without a token, whoever gets no answer does not know whether it runs again.
        await TryAsync(async service => (await service.RerunAsync(id, random.Next(3) == 0 ? 1 : 0, CancellationToken.None)).JobID);
    }

    private string NextToken() => string.Create(CultureInfo.InvariantCulture, $"client-{number}-{tokens++}");

    /// <summary>Id of the job; empty if it was refused.</summary>
    private async Task<string> PutAsync(JsonElement document, string token)
    {
        while (true)
        {
            var answer = await TryAsync(
                async service => (await service.SubmitAsync(new JobSubmitRequest { Document = document, Token = token }, CancellationToken.None)).JobID);
            if (answer is not null)
            {
                return answer;
            }

            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Asks once; empty if it is refused, null if the orchestrator is not there, dies meanwhile, or cannot store it.</summary>
    private async Task<string?> TryAsync(Func<JobService, Task<string>> ask)
    {
        if (orchestrator.Jobs is not { } service)
        {
            return null;
        }

        try
        {
            var answer = await ask(service).WaitAsync(Patience, world.Clock);
            return ReferenceEquals(service, orchestrator.Jobs) ? answer : null;
        }
        catch (JobRefusedException refused)
        {
            world.Trace.Add($"client {number} is refused: {refused.Message}");
            if (refused.Refusal is JobRefusal.Invalid or JobRefusal.Unreadable or JobRefusal.InvalidWhenStored)
            {
                world.Checks.Fail($"client {number} is refused: {refused.Message}");
            }

            return "";
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return null;
        }
    }
}
