using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Orchestrator.State;

namespace Bacalhau.Simulation.Cluster;

/// <summary>How a simulation went.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">What went wrong; null if nothing did.</param>
/// <param name="Digest">Digest of everything that happened: the same in every run of the seed.</param>
/// <param name="Trace">The last things that happened.</param>
internal sealed record SimulationResult(int Seed, string? Violation, string Digest, IReadOnlyList<string> Trace);

/// <summary>
/// A cluster from a seed: clients submit jobs while messages are lost and processes die. Then everything is healed, and every job must end.
/// </summary>
internal sealed class ClusterSimulation : IDisposable
{
    private static readonly TimeSpan FaultTime = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan HealTime = TimeSpan.FromMinutes(40);

    private readonly SimulationWorld world;
    private readonly SimulatedOrchestrator orchestrator;
    private readonly List<SimulatedNode> nodes = [];
    private readonly List<SimulatedClient> clients = [];

    private ClusterSimulation(int seed)
    {
        world = new SimulationWorld(seed);
        orchestrator = new SimulatedOrchestrator(world);
        var size = world.Random.Next(10) == 0 ? 30 : 3 + world.Random.Next(4);
        for (var i = 0; i < size; i++)
        {
            nodes.Add(new SimulatedNode(world, NodeSetup.Any(world.Random, i)));
        }

        for (var i = 0; i < 3; i++)
        {
            clients.Add(new SimulatedClient(world, orchestrator, i));
        }

        world.Thread.AfterStep = Look;
    }

    /// <summary>Runs the simulation of a seed.</summary>
    public static SimulationResult Run(int seed)
    {
        using var simulation = new ClusterSimulation(seed);
        var world = simulation.world;
        try
        {
            world.Thread.Run(simulation.RunAsync);
        }
        catch (SimulationFailedException)
        {
            // The violation says why.
        }
        catch (Exception exception) // Whatever a seed brings out is a finding of that seed.
        {
            world.Checks.Fail(exception.ToString());
        }

        return new SimulationResult(seed, world.Checks.Violation, world.Trace.Digest, [.. world.Trace.LastLines(int.MaxValue)]);
    }

    public void Dispose()
    {
        orchestrator.Dispose();
        nodes.ForEach(node => node.Dispose());
        world.Dispose();
    }

    private async Task RunAsync()
    {
        await orchestrator.StartAsync();
        await AdmitNodesAsync();
        nodes.ForEach(node => node.Start());
        var work = clients.Select(client => client.RunAsync(jobs: 6)).ToList();
        await MakeTroubleAsync();
        await HealAsync();
        await WaitUntilAsync("clients get their answers", () => work.TrueForAll(task => task.IsCompleted));
        await Task.WhenAll(work);
        await WaitUntilAsync("every job ends", () => orchestrator.Snapshot.Jobs.IsEmpty);
        await WaitUntilAsync("every node is back", () => orchestrator.Snapshot.Nodes.Values.All(node => node.IsEligible));
        await WaitUntilAsync("nodes forget what has ended", () => orchestrator.Snapshot.Executions.IsEmpty);
        CheckEnd();
    }

    /// <summary>Who joins proves itself by a key, which is not what is simulated here.</summary>
    private async Task AdmitNodesAsync()
    {
        foreach (var node in nodes)
        {
            await orchestrator.ChangeAsync(context => NodeJoins.Join(
                context.Draft, node.Id, $"U{node.Id}", new JoinPolicy(), context.NextNodeKey, context.Now));
        }
    }

    private async Task MakeTroubleAsync()
    {
        while (world.Clock.Elapsed < FaultTime)
        {
            await world.DelayAsync(world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25)));
            await StrikeAsync();
        }
    }

    private async Task StrikeAsync()
    {
        var node = nodes[world.Random.Next(nodes.Count)];
        switch (world.Random.Next(10))
        {
            case 0 or 1:
                orchestrator.Kill();
                break;
            case 2:
                node.Kill(losesDisk: world.Random.Next(3) == 0);
                break;
            case 3 when node.IsUp:
                await node.StopAsync();
                break;
            case 4:
                node.Cut(isCut: true);
                break;
            case 5:
                node.Cut(isCut: false);
                break;
            case 6 or 7:
                world.Faults.Deaf = world.Faults.Deaf.Length > 0 ? "" : node.Id.Value;
                break;
            default:
                await RestartAsync();
                break;
        }
    }

    private async Task RestartAsync()
    {
        if (!orchestrator.IsUp)
        {
            await orchestrator.StartAsync();
        }

        foreach (var node in nodes)
        {
            if (!node.IsUp)
            {
                node.Start();
            }
        }
    }

    private async Task HealAsync()
    {
        world.Trace.Add("everything is healed");
        world.Faults.Heal();
        nodes.ForEach(node => node.Cut(isCut: false));
        await RestartAsync();
    }

    private async Task WaitUntilAsync(string what, Func<bool> condition)
    {
        for (var waited = TimeSpan.Zero; !condition(); waited += TimeSpan.FromSeconds(1))
        {
            if (!orchestrator.IsUp)
            {
                // A kill that was to strike inside a commit did so only now.
                await orchestrator.StartAsync();
            }

            if (waited > HealTime)
            {
                world.Checks.Fail($"after {HealTime.TotalMinutes} minutes without faults it is still not so that {what}: {Describe()}");
                throw new SimulationFailedException();
            }

            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
    }

    private string Describe()
    {
        var snapshot = orchestrator.Snapshot;
        return string.Join("; ", snapshot.Jobs.Values.Take(3).Select(job => $"{job.Id} {job.State} {job.Message} {job.Completed.Count} of {job.Demand.Count} done, next {job.NextFresh}, retries {string.Join(',', job.Retries)}, holders {string.Join(',', job.Holders)}"))
            + " | " + string.Join("; ", snapshot.Executions.Values.Take(5).Select(e => $"{e.Id} on {e.Node} {e.State} ask {e.Ask} {e.AskRevision}/{e.AckedRevision} {e.Phase}"))
            + " | " + string.Join("; ", snapshot.Nodes.Values.Take(8).Select(n => $"{n.Id} {n.Connection} session {n.Session} sync {n.NeedsSync} free {n.Free}"));
    }

    private void CheckEnd()
    {
        using var queries = orchestrator.OpenQueries();
        foreach (var id in clients.SelectMany(client => client.Submitted).Distinct())
        {
            if (queries.Job(id) is not { } job)
            {
                world.Checks.Fail($"job {id} was accepted and is not in the store");
            }
            else if (!Core.Jobs.JobStates.IsTerminal(job.State))
            {
                world.Checks.Fail($"job {id} is {job.State} in the store");
            }
            else
            {
                CheckNothingWasForgotten(queries, job);
                CheckRefusals(queries, job);
            }
        }

        foreach (var error in world.Loggers.Errors)
        {
            world.Checks.Fail($"logged as an error: {error}");
        }

        foreach (var failure in world.Hub.Failures)
        {
            world.Checks.Fail($"a handler threw: {failure}");
        }

        var counted = world.Checks.Accepted.Values.ToHashSet();
        foreach (var node in nodes)
        {
            foreach (var id in node.Publisher.Visible.Where(id => !counted.Contains(id)))
            {
                world.Checks.Fail($"the result of {id} is visible on {node.Id} and was never accepted");
            }
        }
    }

    /// <summary>A node that kept its disk knows all that it ever acknowledged, the stop of something it had never heard of too.</summary>
    private void CheckNothingWasForgotten(JobQueries queries, StoredJob job)
    {
        var reliable = nodes.Where(node => !node.HasLostDisk).Select(node => node.Id).ToHashSet();
        foreach (var stored in queries.Executions(new ExecutionListQuery { Job = job.Key }).Items)
        {
            if (reliable.Contains(stored.Execution.Node) && stored.Execution.Message.Contains("has lost the execution", StringComparison.Ordinal))
            {
                world.Checks.Fail($"{stored.Execution.Node} kept its disk and has lost {stored.Execution.Id}");
            }
        }
    }

    /// <summary>A node that has refused is not asked again meanwhile, and of many refusals a few are shown.</summary>
    private void CheckRefusals(JobQueries queries, StoredJob job)
    {
        var refused = queries.Executions(new ExecutionListQuery { Job = job.Key }).Items
            .Select(stored => stored.Execution).Where(execution => execution.State == ExecutionState.BidRejected).ToList();
        if (refused.Count > 10)
        {
            world.Checks.Fail($"{job.Id} shows {refused.Count} refused executions");
        }

        foreach (var first in refused.Where(execution => execution.Message.Contains("asked to be refused", StringComparison.Ordinal)))
        {
            if (refused.Find(second => second.Node == first.Node && second.CreatedAt > first.ModifiedAt && second.CreatedAt < first.ModifiedAt + PartitionRules.RefusalLength) is { } again)
            {
                world.Checks.Fail($"{first.Node} refused {first.Id} and was asked again for {again.Id}");
            }
        }
    }

    private void Look()
    {
        world.Checks.Look(orchestrator.Snapshot, nodes);
        if (world.Checks.Violation is not null)
        {
            throw new SimulationFailedException();
        }
    }
}

/// <summary>Ends a simulation whose violation is noted.</summary>
internal sealed class SimulationFailedException : Exception;
