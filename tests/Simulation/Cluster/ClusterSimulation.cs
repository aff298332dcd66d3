using Bacalhau.Core.Cluster;
using Bacalhau.Core.Executions;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Jobs;
using Bacalhau.Simulation.Faults;
using Bacalhau.Simulation.Kernel;

namespace Bacalhau.Simulation.Cluster;

/// <summary>How a simulation went.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">What went wrong; null if nothing did.</param>
/// <param name="Digest">Digest of everything that happened: the same in every run of the seed.</param>
/// <param name="Faults">What struck where.</param>
/// <param name="Trace">The last things that happened.</param>
internal sealed record SimulationResult(int Seed, string? Violation, string Digest, FaultTable Faults, IReadOnlyList<string> Trace);

/// <summary>
/// A cluster from a seed: clients submit and change jobs while messages are lost, processes die and operators are busy. Then everything is healed: every job
/// that has an end must end, what runs for ever must be at its number, and nothing else may run.
/// </summary>
internal sealed class ClusterSimulation : IDisposable
{
    private static readonly TimeSpan FaultTime = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan HealTime = TimeSpan.FromMinutes(15);

    private readonly SimulationWorld world;
    private readonly SimulatedOrchestrator orchestrator;
    private readonly List<SimulatedNode> nodes = [];
    private readonly List<SimulatedClient> clients = [];
    private readonly Trouble trouble;
    private readonly RestChecks rest;

    private ClusterSimulation(int seed, bool isTraced)
    {
        world = new SimulationWorld(seed, isTraced);
        orchestrator = new SimulatedOrchestrator(world);
        var size = world.Random.Next(10) == 0 ? 30 : 3 + world.Random.Next(4);
        for (var i = 0; i < size; i++)
        {
            AddNode(1 + world.Random.Next(3));
        }

        trouble = new Trouble(world, orchestrator, nodes);
        rest = new RestChecks(orchestrator, nodes);

        for (var i = 0; i < 3; i++)
        {
            clients.Add(new SimulatedClient(world, orchestrator, i));
        }

        world.Thread.AfterStep = Look;
    }

    /// <summary>Runs the simulation of a seed, with a trace and a digest if asked for.</summary>
    public static SimulationResult Run(int seed, bool isTraced = false)
    {
        using var simulation = new ClusterSimulation(seed, isTraced);
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

        return new SimulationResult(seed, world.Checks.Violation, world.Trace.Digest, world.Faults.Table, [.. world.Trace.LastLines(int.MaxValue)]);
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
        nodes.ForEach(node => node.Start());
        var work = clients.Select(client => client.RunAsync(deeds: 9)).ToList();
        await trouble.MakeAsync(FaultTime, () => AddNode(1 + world.Random.Next(3)));
        await HealAsync();
        await WaitUntilAsync("clients get their answers", () => work.TrueForAll(task => task.IsCompleted) ? null : "one waits");
        await Task.WhenAll(work);
        await StopSchedulesAsync();
        await WaitUntilAsync("all comes to rest", rest.FindUnrest);
        foreach (var job in orchestrator.Snapshot.Jobs.Values)
        {
            await clients[0].StopAsync(job.Id);
        }

        await WaitUntilAsync("all jobs end", () => orchestrator.Snapshot.Jobs.IsEmpty ? null : Describe());
        await WaitUntilAsync("nodes forget what has ended", () => orchestrator.Snapshot.Executions.IsEmpty ? null : Describe());
        await WaitUntilAsync("nothing runs", rest.FindUnrest);
        CheckEnd();
    }

    private SimulatedNode AddNode(int cores)
    {
        var node = new SimulatedNode(world, orchestrator, NodeSetup.Any(nodes.Count, cores));
        nodes.Add(node);
        return node;
    }

    private async Task HealAsync()
    {
        world.Trace.Add("everything is healed");
        world.Faults.Heal();
        await trouble.HealAsync();
        // Room for all that runs for ever, one in each zone.
        AddNode(64).Start();
        AddNode(64).Start();
    }

    /// <summary>Scheduled jobs go on firing until they are stopped.</summary>
    private async Task StopSchedulesAsync()
    {
        await WaitUntilAsync(
            "schedules go on",
            () => orchestrator.Snapshot.Jobs.Values.FirstOrDefault(job => job.IsScheduled && !job.State.IsTerminal() && !(job.NextFireAt > world.Now)) is { } late
                ? $"{late.Id} was to fire at {late.NextFireAt}"
                : null);
        await world.DelayAsync(TimeSpan.FromSeconds(70));
        foreach (var job in orchestrator.Snapshot.Jobs.Values.Where(job => job.IsScheduled && !job.State.IsTerminal()).ToList())
        {
            if (!(job.NextFireAt > world.Now - TimeSpan.FromSeconds(5)))
            {
                world.Checks.Fail($"{job.Id} was to fire at {job.NextFireAt}");
            }

            await clients[0].StopAsync(job.Id);
        }
    }

    private async Task WaitUntilAsync(string what, Func<string?> findObstacle)
    {
        for (var waited = TimeSpan.Zero; findObstacle() is { } obstacle; waited += TimeSpan.FromSeconds(1))
        {
            if (waited > HealTime)
            {
                world.Checks.Fail($"after {HealTime.TotalMinutes} minutes without faults it is still not so that {what}: {obstacle}");
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

        // What the store has and nobody saw is accepted too: a commit that is told to have failed may have been the last one of its job.
        var counted = world.Checks.Accepted.Values.ToHashSet();
        foreach (var id in clients.SelectMany(client => client.Submitted).Distinct())
        {
            if (queries.Job(id) is not { } job)
            {
                world.Checks.Fail($"job {id} was accepted and is not in the store");
            }
            else if (!job.State.IsTerminal())
            {
                world.Checks.Fail($"job {id} is {job.State} in the store");
            }
            else
            {
                CheckNothingWasForgotten(queries, job);
                CheckRefusals(queries, job);
                var completed = CompletedOf(queries, job);
                counted.UnionWith(completed.Select(execution => execution.Id));
                CheckResults(job, completed);
            }
        }

        foreach (var error in world.Loggers.Errors)
        {
            world.Checks.Fail($"logged as an error: {error}");
        }

        foreach (var failure in world.Hub.Failures.Where(failure => failure is not SimulatedCrashException))
        {
            world.Checks.Fail($"a handler threw: {failure}");
        }

        foreach (var node in nodes.Where(node => orchestrator.Snapshot.Nodes.GetValueOrDefault(node.Id)?.Membership == NodeMembership.Approved))
        {
            // One that is shut out is not told.
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

    private static List<LiveExecution> CompletedOf(JobQueries queries, StoredJob job) =>
    [
        .. queries.Executions(new ExecutionListQuery { Job = job.Key }).Items.Select(stored => stored.Execution).Where(execution => execution.State == ExecutionState.Completed),
    ];

    /// <summary>A completed job has a result of each partition or, as an ops job, of each node that it was to run on.</summary>
    private void CheckResults(StoredJob job, List<LiveExecution> completed)
    {
        if (job.State != JobState.Completed)
        {
            return;
        }

        var accepted = completed.Where(execution => execution.JobVersion == job.Version).Select(execution => execution.Partition).ToHashSet();
        var demand = JobDemands.From(SpecDocument.Of(job.Spec).Read());
        var wanted = demand.Kind == JobKind.Ops ? world.Checks.TargetsOf(job.Id, job.Version) : Enumerable.Range(0, demand.Count);
        if (wanted.FirstOrDefault(partition => !accepted.Contains(partition), -1) is >= 0 and var missing)
        {
            world.Checks.Fail($"{demand.Kind} job {job.Id} version {job.Version} is completed without partition {missing}");
        }
    }

    /// <summary>A node that has refused is not asked again meanwhile, and of many refusals a few are shown.</summary>
    private void CheckRefusals(JobQueries queries, StoredJob job)
    {
        var refused = queries.Executions(new ExecutionListQuery { Job = job.Key }).Items
            .Select(stored => stored.Execution).Where(execution => execution.State == ExecutionState.BidRejected).ToList();
        if (refused.CountBy(execution => execution.JobVersion).FirstOrDefault(version => version.Value > 10) is { Value: > 0 } many)
        {
            world.Checks.Fail($"{job.Id} shows {many.Value} refused executions");
        }

        foreach (var first in refused.Where(execution => execution.Message.Contains("asked to be refused", StringComparison.Ordinal) && !world.Checks.HasChanged(execution.Node)))
        {
            if (refused.Find(second => second.Node == first.Node && second.JobVersion == first.JobVersion && second.CreatedAt > first.ModifiedAt && second.CreatedAt < first.ModifiedAt + PartitionRules.RefusalLength) is { } again)
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
