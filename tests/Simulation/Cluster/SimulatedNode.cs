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
    private ProcessClock? process;
    private ComputeNode? node;
    private MemoryLink? link;
    private NodeStore? store;

    public SimulatedNode(SimulationWorld world, int number)
    {
        this.world = world;
        ids = new SeededIds(new Random(world.Random.Next()));
        Id = new NodeId($"n-{number:D2}");
        Machine = new FakeMachine(outlivesNode: world.Random.Next(2) == 0);
        workspace = new MemoryWorkspace(world.Clock);
        var cores = 1 + world.Random.Next(3);
        Capacity = new ResourceAmount(cores * 1000, cores * 1_000_000_000L, 0, 0);
        Publisher = new CheckedPublisher(world, Id);
    }

    public NodeId Id { get; }

    public ResourceAmount Capacity { get; }

    public FakeMachine Machine { get; }

    public CheckedPublisher Publisher { get; }

    /// <summary>Whether what was on its disk is gone, at any time.</summary>
    public bool HasLostDisk { get; private set; }

    public bool IsUp => node is not null;

    public void Start()
    {
        process = new ProcessClock(world.Clock);
        Publisher.Clock = process;
        link = world.Hub.Connect(Id.Value);
        store = NodeStore.OpenInline(disk.Connect(), ids);
        var engine = new FakeEngine(Machine, world.Clock);
        node = new ComputeNode(new ComputeNodeOptions
        {
            Node = Id,
            Control = link,
            Bulk = link,
            Store = store,
            Workspace = workspace,
            Engines = [engine],
            Publishers = [Publisher],
            Facts = new NodeFacts { Capacity = Capacity, MaxJobRequirements = Capacity },
            Clock = process,
            Ids = ids,
            Loggers = new ProcessLoggers(world.Loggers, process),
        });
        node.Start();
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
