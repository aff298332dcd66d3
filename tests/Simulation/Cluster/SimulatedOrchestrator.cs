using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Nodes;
using Bacalhau.Orchestrator.State;
using Bacalhau.Simulation.Faults;
using Bacalhau.Simulation.Kernel;
using Bacalhau.TestKit.Links;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Simulation.Cluster;

/// <summary>The orchestrator's machine: its disk, and the process that runs on it, or does not.</summary>
internal sealed class SimulatedOrchestrator : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly SimulationWorld world;
    private readonly MemoryDisk disk = new();
    private readonly SeededIds ids;
    private readonly Random random;
    private ProcessClock? process;
    private StateWriter? writer;
    private OrchestratorNode? node;
    private MemoryLink? link;
    private SqliteConnection? connection;

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

    /// <summary>Shuts nodes out and forgets them.</summary>
    public NodeDeparture Departure => new(writer!, process!);

    /// <summary>Reads from nodes; null while no process runs.</summary>
    public NodeGateway? Gateway => node?.Gateway;

    public async Task StartAsync()
    {
        // Whoever starts it may be in the context of a process that dies later.
        SynchronizationContext.SetSynchronizationContext(world.Thread);
        process = new ProcessClock(world.Clock);
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

    /// <summary>Kills the process.</summary>
    public void Kill()
    {
        if (!IsUp)
        {
            return;
        }

        world.Trace.Add("orchestrator is killed");
        process!.Kill();
        link!.Break();
        node = null;
        // Not from inside the commit that it may be in.
        world.Thread.Post(closing => ((SqliteConnection)closing!).Dispose(), connection);
    }

    /// <summary>Kills the process that runs now, once what it does now is done.</summary>
    public void KillSoon()
    {
        var own = process;
        world.Thread.Post(
            _ =>
            {
                if (process == own)
                {
                    Kill();
                }
            },
            null);
    }

    /// <summary>Lets a node in, as far as the operator lets it; null if nobody answers.</summary>
    public async Task<NodeMembership?> JoinAsync(NodeId id)
    {
        var decision = await TryChangeAsync(context => NodeJoins.Join(
            context.Draft, id, $"U{id}", new JoinPolicy(), context.NextNodeKey, context.Now));
        return decision?.Membership;
    }

    /// <summary>Changes the state, as an operator does; null if the orchestrator is not there, dies meanwhile, or cannot store it.</summary>
    public Task<T?> TryChangeAsync<T>(Func<StateContext, T> decide)
        where T : class => TryAsync(() => ChangeAsync(decide), _patience);

    /// <summary>Has a node leave, as an operator does: tells why it cannot, or that it is done; null as above.</summary>
    public Task<string?> TryLeaveAsync(Func<NodeDeparture, Task<NodeActionRefusal?>> leave) =>
        TryAsync(async () => (await leave(Departure))?.Reason ?? "done", _patience + NodeExit.Patience);

    private async Task<T?> TryAsync<T>(Func<Task<T>> act, TimeSpan patience)
        where T : class
    {
        if (!IsUp)
        {
            return null;
        }

        try
        {
            return await act().WaitAsync(patience, world.Clock);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return null;
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

        var fault = world.Faults.Strike(FaultPoints.OrchestratorCommit);
        // A transaction is all or nothing: what goes wrong in it goes wrong before it or after it.
        if (fault == Fault.None || random.Next(2) == 0)
        {
            commit();
        }

        if (fault == Fault.Kill)
        {
            world.Faults.Kill("orchestrator");
            Kill();
        }

        if (fault != Fault.None)
        {
            throw new SimulatedCrashException();
        }
    }

    private sealed class Change<T>(Func<StateContext, T> decide) : StateRequest<T>
    {
        public override T Decide(StateContext context) => decide(context);
    }
}
