using Bacalhau.Compute.Node;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Simulation.Kernel;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Links;
using Bacalhau.TestKit.Nodes;

namespace Bacalhau.Simulation.Cluster;

/// <summary>A compute node's machine: its disk and its programs, and the process that runs on it, or does not.</summary>
internal sealed class SimulatedNode : IDisposable
{
    private readonly SimulationWorld world;
    private readonly SeededIds ids;
    private MemoryDisk disk = new();
    private MemoryWorkspace workspace;
    private ProcessContext? context;
    private ProcessClock? process;
    private ComputeNode? node;
    private MemoryLink? link;
    private NodeStore? store;

    public SimulatedNode(SimulationWorld world, NodeSetup setup)
    {
        this.world = world;
        Setup = setup;
        ids = new SeededIds(new Random(world.Random.Next()));
        Machine = new FakeMachine(setup.OutlivesNode) { Context = world.Thread };
        workspace = new MemoryWorkspace(world.Clock);
        Publisher = new CheckedPublisher(world, Id) { IsSteady = setup.IsSteady };
    }

    public NodeSetup Setup { get; set; }

    public NodeId Id => Setup.Id;

    public ResourceAmount Capacity => Setup.Capacity;

    public FakeMachine Machine { get; }

    public CheckedPublisher Publisher { get; }

    /// <summary>Whether what was on its disk is gone, at any time.</summary>
    public bool HasLostDisk { get; private set; }

    public bool IsUp => node is not null;

    public void Start()
    {
        context = new ProcessContext(world.Thread);
        process = new ProcessClock(world.Clock, context);
        Publisher.Clock = process;
        link = world.Hub.Connect(Id.Value);
        link.Context = context;
        store = NodeStore.OpenInline(disk.Connect(), ids);
        node = new ComputeNode(new ComputeNodeOptions
        {
            Node = Id,
            Control = link,
            Bulk = link,
            Store = store,
            Workspace = workspace,
            Engines = [.. Setup.Engines.Select(name => new FakeEngine(Machine, world.Clock, name: name))],
            Publishers = [Publisher],
            Facts = new NodeFacts { Capacity = Capacity, MaxJobRequirements = Capacity, Labels = Setup.Labels },
            OnStop = Setup.OnStop,
            Clock = process,
            Ids = ids,
            Loggers = new ProcessLoggers(world.Loggers, process),
        });
        context.Do(node.Start);
        world.Trace.Add($"{Id} starts");
    }

    /// <summary>Kills the process; programs that outlive it run on.</summary>
    public void Kill(bool losesDisk)
    {
        if (!IsUp)
        {
            return;
        }

        world.Trace.Add($"{Id} is killed{(losesDisk ? " and loses its disk" : "")}");
        process!.Kill();
        link!.Break();
        store!.Dispose();
        node = null;
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
        node = null;
        await stopping.StopAsync();
        process!.Kill();
        await link!.DisposeAsync();
        store!.Dispose();
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
        world.Trace.Add($"{Id} is {(isCut ? "cut off" : "back on the network")}");
        if (link is not null)
        {
            link.IsCut = isCut;
            if (!isCut)
            {
                link.TellDropped();
            }
        }
    }

    public void Dispose()
    {
        process?.Kill();
        if (node is not null)
        {
            store!.Dispose();
        }

        disk.Dispose();
    }
}
