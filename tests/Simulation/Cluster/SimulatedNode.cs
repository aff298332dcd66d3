using Bacalhau.Compute.Node;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Simulation.Faults;
using Bacalhau.Simulation.Kernel;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Links;
using Bacalhau.TestKit.Nodes;
using Microsoft.Data.Sqlite;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A compute node's machine: its clock, its disk and its programs, and the process that runs on it, or does not.</summary>
internal sealed class SimulatedNode : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);

    private readonly SimulationWorld world;
    private readonly SimulatedOrchestrator orchestrator;
    private readonly SeededIds ids;
    private readonly TimeSpan clockOffset;
    private readonly double clockRate = 1;
    private readonly SimulatedInputs? inputs;
    private MemoryDisk disk = new();
    private MemoryWorkspace workspace;
    private ProcessContext? context;
    private ProcessClock? process;
    private ComputeNode? node;
    private MemoryLink? link;
    private NodeStore? store;
    private bool isCut;

    public SimulatedNode(SimulationWorld world, SimulatedOrchestrator orchestrator, NodeSetup setup)
    {
        (this.world, this.orchestrator, Setup) = (world, orchestrator, setup);
        ids = new SeededIds(new Random(world.Random.Next()));
        Machine = new FakeMachine(setup.OutlivesNode ?? world.Random.Next(2) == 0) { Context = world.Thread };
        workspace = new MemoryWorkspace(world.Clock);
        Publisher = new CheckedPublisher(world, Id) { IsSteady = setup.IsSteady };
        inputs = setup.Data is { } data ? new SimulatedInputs(world, Id, data) : null;
        if (!setup.IsSteady)
        {
            clockOffset = world.Between(-TimeSpan.FromHours(2), TimeSpan.FromHours(2));
            clockRate = 0.99 + (0.02 * world.Random.NextDouble());
        }
    }

    /// <summary>What it is made of; labels and engines count from its next start on.</summary>
    public NodeSetup Setup { get; set; }

    public NodeId Id => Setup.Id;

    public ResourceAmount Capacity => Setup.Capacity;

    public FakeMachine Machine { get; }

    public CheckedPublisher Publisher { get; }

    /// <summary>Its label of that name, from its next start on.</summary>
    public string Zone
    {
        get => Setup.Labels.GetValueOrDefault("zone", "");
        set => Setup = Setup with { Labels = Setup.Labels.SetItem("zone", value) };
    }

    /// <summary>Whether what was on its disk is gone, at any time.</summary>
    public bool HasLostDisk { get; private set; }

    /// <summary>Whether a process runs; it may be dying.</summary>
    public bool IsUp => store is not null;

    /// <summary>Programs that run on the machine.</summary>
    public IEnumerable<ExecutionId> Running => Machine.Processes.Where(pair => !pair.Value.Ended.IsCompleted).Select(pair => pair.Key);

    public void Start()
    {
        if (IsUp)
        {
            return;
        }

        context = new ProcessContext(world.Thread);
        var own = process = new ProcessClock(world.Clock, context, clockOffset, clockRate);
        Publisher.Clock = process;
        inputs?.Clock = process;
        link = world.Hub.Connect(Id.Value);
        link.Context = context;
        link.IsCut = isCut;
        store = NodeStore.OpenInline(disk.Connect(), ids, write => Save(own, write));
        node = new ComputeNode(new ComputeNodeOptions
        {
            Node = Id,
            Control = link,
            Bulk = link,
            Store = store,
            Workspace = workspace,
            Engines = [.. Setup.Engines.Select(name => new FaultyEngine(new FakeEngine(Machine, world.Clock, name: name), world.Faults, Id, own))],
            InputSources = inputs is null ? [] : [inputs],
            Publishers = [Publisher],
            Facts = new NodeFacts { Capacity = Capacity, MaxJobRequirements = Capacity, Labels = Setup.Labels },
            OnStop = Setup.OnStop,
            Clock = process,
            Ids = ids,
            Loggers = new ProcessLoggers(world.Loggers, process),
        });
        world.Trace.Add($"{Id} starts{(Zone.Length > 0 ? $" in zone {Zone}" : "")}");
        if (Setup.JoinsItself)
        {
            _ = LiveAsync(node, own, context);
        }
        else
        {
            context.Do(node.Start);
        }
    }

    /// <summary>Kills the process; programs that outlive it run on.</summary>
    public void Kill(bool losesDisk)
    {
        if (!IsUp)
        {
            return;
        }

        world.Trace.Add($"{Id} is killed{(losesDisk ? " and loses its disk" : "")}");
        Close(process!);
        if (!Machine.OutlivesNode)
        {
            Machine.KillAll();
        }

        if (losesDisk)
        {
            HasLostDisk = true;
            disk.Dispose();
            disk = new MemoryDisk();
            workspace = new MemoryWorkspace(world.Clock);
            Publisher.Lose();
            inputs?.Lose();
            world.Checks.GivenUp(Id);
        }
    }

    /// <summary>Stops the process in good order.</summary>
    public async Task StopAsync()
    {
        if (node is not { } stopping)
        {
            return;
        }

        world.Trace.Add($"{Id} is stopped");
        var own = process!;
        node = null;
        await Task.WhenAny(stopping.StopAsync(), EndOfAsync(own));
        Close(own);
    }

    /// <summary>A process may be killed while it stops in good order.</summary>
    private async Task EndOfAsync(ProcessClock own)
    {
        while (own.IsAlive)
        {
            await world.DelayAsync(TimeSpan.FromSeconds(1));
        }
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
                    Kill(losesDisk: false);
                }
            },
            null);
    }

    /// <summary>Halts the process, as a debugger or a stopped signal does; its programs run on.</summary>
    public void Freeze()
    {
        world.Trace.Add($"{Id} is frozen");
        context!.Freeze();
    }

    /// <summary>Lets a frozen process go on.</summary>
    public void Thaw()
    {
        world.Trace.Add($"{Id} is thawed");
        context!.Thaw();
    }

    /// <summary>Cuts the machine off the network, or puts it back.</summary>
    public void Cut(bool isCut)
    {
        if (this.isCut == isCut)
        {
            return;
        }

        world.Trace.Add($"{Id} is {(isCut ? "cut off" : "back on the network")}");
        this.isCut = isCut;
        if (IsUp)
        {
            link!.IsCut = isCut;
            if (!isCut)
            {
                link.TellDropped();
            }
        }
    }

    public void Dispose()
    {
        process?.Kill();
        store?.Dispose();
        disk.Dispose();
    }

    /// <summary>One life of the process: it joins, works, and ends when it is shut out, to be started again by whatever watches over it.</summary>
    private async Task LiveAsync(ComputeNode living, ProcessClock own, ProcessContext context)
    {
        await world.Faults.PassAsync(FaultPoints.Join, Id.Value, own, CancellationToken.None);
        var isShutOut = false;
        while (await orchestrator.JoinAsync(Id) is var membership && membership != NodeMembership.Approved)
        {
            if (membership == NodeMembership.Rejected && !isShutOut)
            {
                isShutOut = true;
                await living.ShutOutAsync();
            }

            await Task.Delay(_pause, own);
        }

        context.Do(living.Start);
        try
        {
            await living.Completion;
        }
        catch (NodeRefusedException exception)
        {
            world.Trace.Add($"{Id} ends: {exception.Message}");
            await living.StopAsync();
            Close(own);
            await world.DelayAsync(_pause);
            Start();
        }
    }

    private void Close(ProcessClock own)
    {
        own.Kill();
        if (process == own && store is not null)
        {
            link!.Break();
            store.Dispose();
            (node, store) = (null, null);
        }
    }

    private void Save(ProcessClock own, Action write)
    {
        if (!own.IsAlive)
        {
            throw new SimulatedCrashException();
        }

        switch (store is null ? Fault.None : world.Faults.Strike(FaultPoints.Save))
        {
            case Fault.Fail:
                throw new SqliteException("the simulated disk is full", 13);
            case Fault.Kill:
                // A transaction is all or nothing: to die in it is to die before it or after it.
                if (world.Random.Next(2) == 0)
                {
                    write();
                }

                own.Kill();
                link!.Break();
                world.Faults.Kill(Id.Value);
                throw new SimulatedCrashException();
            default:
                write();
                break;
        }
    }
}
