using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.State;
using Bacalhau.Simulation.Kernel;
using Bacalhau.TestKit.Links;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Simulation.Cluster;

/// <summary>The orchestrator's machine: its disk, and the process that runs on it, or does not.</summary>
internal sealed class SimulatedOrchestrator : IDisposable
{
    private readonly SimulationWorld world;
    private readonly MemoryDisk disk = new();
    private readonly SeededIds ids;
    private readonly Random random;
    private ProcessClock? process;
    private StateWriter? writer;
    private OrchestratorNode? node;
    private MemoryLink? link;
    private SqliteConnection? connection;
    private bool strikesAtCommit;

    public SimulatedOrchestrator(SimulationWorld world)
    {
        this.world = world;
        ids = new SeededIds(new Random(world.Random.Next()));
        random = new Random(world.Random.Next());
    }

    /// <summary>The state as of the last commit; also while no process runs.</summary>
    public ClusterSnapshot Snapshot => writer?.Current ?? ClusterSnapshot.Empty;

    public bool IsUp => node is not null;

    /// <summary>What clients do; null while no process runs.</summary>
    public JobService? Jobs => node?.Jobs;

    /// <summary>Reads from nodes; null while no process runs.</summary>
    public NodeGateway? Gateway => node?.Gateway;

    public async Task StartAsync()
    {
        process = new ProcessClock(world.Clock);
        strikesAtCommit = false;
        var own = process;
        var loggers = new ProcessLoggers(world.Loggers, own);
        connection = disk.Open();
        var store = StateStore.Over(connection, ids);
        writer = StateWriter.StartInline(
            store, new StateWriterOptions { Clock = process, Ids = ids, Commit = commit => Commit(own, commit) }, loggers.CreateLogger<StateWriter>());
        link = world.Hub.Connect("orchestrator");
        var options = new OrchestratorOptions { Jobs = new JobServiceOptions { Orchestrator = new NodeId("n-orchestrator"), Instance = "simulation", Ids = ids } };
        var links = new MessagingLinks(link, link);
        node = await OrchestratorNode.StartAsync(writer, links, options, process, loggers);
        world.Trace.Add($"orchestrator starts, term {store.Term}");
    }

    /// <summary>Kills the process: at once, or inside its next commit.</summary>
    public void Kill()
    {
        if (!IsUp)
        {
            return;
        }

        if (world.Faults.CrashesAtCommit && random.Next(2) == 0)
        {
            strikesAtCommit = true;
            return;
        }

        End();
    }

    /// <summary>Kills the process now.</summary>
    public void KillNow()
    {
        if (IsUp)
        {
            End();
        }
    }

    /// <summary>Stops the process in good order.</summary>
    public async Task StopAsync()
    {
        world.Trace.Add("orchestrator is stopped");
        var stopping = node!;
        node = null;
        await stopping.DisposeAsync();
        process!.Kill();
        await link!.DisposeAsync();
        connection!.Dispose();
    }

    /// <summary>Changes the state, as an operator does.</summary>
    public Task<T> ChangeAsync<T>(Func<StateContext, T> decide) => writer!.RunAsync(new Change<T>(decide), CancellationToken.None);

    public JobQueries OpenQueries() => JobQueries.OnWritersConnection(writer!.Store);

    public void Dispose()
    {
        process?.Kill();
        disk.Dispose();
    }

    private void Commit(ProcessClock own, Action commit)
    {
        if (!own.IsAlive)
        {
            throw new SimulatedCrashException();
        }

        if (!strikesAtCommit)
        {
            commit();
            return;
        }

        if (random.Next(2) == 0)
        {
            commit();
        }

        End();
        throw new SimulatedCrashException();
    }

    private void End()
    {
        world.Trace.Add("orchestrator is killed");
        process!.Kill();
        link!.Break();
        node = null;
        // Not from inside the commit that it may be in.
        world.Thread.Post(closing => ((SqliteConnection)closing!).Dispose(), connection);
    }

    private sealed class Change<T>(Func<StateContext, T> decide) : StateRequest<T>
    {
        public override T Decide(StateContext context) => decide(context);
    }
}
