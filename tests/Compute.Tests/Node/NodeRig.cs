using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Inputs;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Probes;
using Bacalhau.Compute.Store;
using Bacalhau.Core;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Messages;
using Bacalhau.TestKit.Engines;
using Bacalhau.TestKit.Links;
using Bacalhau.TestKit.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Bacalhau.Compute.Tests.Node;

/// <summary>A node on a machine in memory, with an orchestrator that does what a test wants. The machine outlives the node's processes.</summary>
internal sealed class NodeRig : IAsyncDisposable
{
    private readonly SqliteConnection keeper;
    private readonly string store = $"Data Source=node-{Guid.NewGuid():N};Mode=Memory;Cache=Shared";
    private NodeStore? openStore;
    private SqliteConnection? disk;
    private MortalEngine? process;

    private NodeRig(FakeMachine machine)
    {
        Machine = machine;
        keeper = new SqliteConnection(store);
        keeper.Open();
        Hub = new MemoryHub(Clock);
        Workspace = new MemoryWorkspace(Clock);
        Engine = new FakeEngine(machine, Clock);
    }

    public static NodeId Id { get; } = new("n-1");

    public static ResourceAmount Capacity { get; } = new(1000, 1_000_000, 1_000_000, 0);

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemoryHub Hub { get; }

    public FakeMachine Machine { get; }

    public FakeEngine Engine { get; set; }

    public MemoryWorkspace Workspace { get; }

    public FakePublisher Publisher { get; set; } = new();

    public FakeOrchestrator Orchestrator { get; private set; } = null!;

    public ComputeNode Node { get; private set; } = null!;

    public MemoryLink Link { get; private set; } = null!;

    public NodeStore Store => openStore!;

    public IReadOnlyList<IInputSource> InputSources { get; set; } = [];

    public ImmutableArray<GpuDevice> Gpus { get; set; } = [];

    public AdmissionPolicy Admission { get; set; } = new();

    public IReadOnlyList<IAdmissionProbe> Probes { get; set; } = [];

    public OnStop OnStop { get; set; }

    public RunnerLimits Limits { get; set; } = new();

    public HostVariables HostVariables { get; set; } = HostVariables.None;

    /// <summary>A rig with a running node that has its session, unless <paramref name="change"/> keeps it from that.</summary>
    public static async Task<NodeRig> StartAsync(bool outlivesNode = true, Action<NodeRig>? change = null, bool connects = true)
    {
        var rig = new NodeRig(new FakeMachine(outlivesNode));
        rig.Orchestrator = await FakeOrchestrator.StartAsync(rig.Hub, Id);
        change?.Invoke(rig);
        await rig.StartNodeAsync(connects);
        return rig;
    }

    /// <summary>A task of the fake engine.</summary>
    public static TaskSpec Task(int runForMillis = 0, int exitCode = 0, string failAt = "Nowhere", string output = "", bool publishes = false, long timeout = 0) => new()
    {
        Name = "main",
        Engine = new SpecConfig
        {
            Type = "fake",
            Params = Parameters(("RunForMillis", runForMillis), ("ExitCode", exitCode), ("FailAt", failAt), ("Output", output)),
        },
        Publisher = publishes ? new SpecConfig { Type = "fake" } : null,
        Timeouts = timeout > 0 ? new TimeoutConfig { ExecutionTimeout = timeout } : null,
    };

    public static ImmutableSortedDictionary<string, JsonElement> Parameters(params (string Name, JsonNode Value)[] values) => values.ToImmutableSortedDictionary(
        pair => pair.Name, pair => JsonDocument.Parse(pair.Value.ToJsonString()).RootElement, StringComparer.Ordinal);

    /// <summary>The process dies as by kill -9; what outlives it stays.</summary>
    public async Task CrashAsync()
    {
        process!.Kill();
        await Link.DisposeAsync();
        openStore!.Dispose();
    }

    /// <summary>From now on the store's disk has no more room, or has it again.</summary>
    public void FillDisk(bool isFull)
    {
        using var command = disk!.CreateCommand();
        command.CommandText = isFull ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 1000000";
        command.ExecuteScalar();
    }

    /// <summary>From now on the store refuses every write, or takes them again.</summary>
    public void RefuseWrites(bool isRefused)
    {
        using var command = disk!.CreateCommand();
        command.CommandText = isRefused ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0";
        command.ExecuteNonQuery();
    }

    /// <summary>A new process on the same machine.</summary>
    public async Task StartNodeAsync(bool connects = true)
    {
        disk = new SqliteConnection(store);
        openStore = NodeStore.OpenInline(disk, new RandomIds());
        Link = Hub.Connect("node");
        Node = new ComputeNode(new ComputeNodeOptions
        {
            Node = Id,
            Control = Link,
            Bulk = Link,
            Store = openStore,
            Workspace = Workspace,
            Engines = [process = new MortalEngine(Engine)],
            InputSources = InputSources,
            Publishers = [Publisher],
            Facts = new NodeFacts { Capacity = Capacity with { Gpus = Gpus.Length }, MaxJobRequirements = Capacity with { Gpus = Gpus.Length } },
            Gpus = Gpus,
            HostVariables = HostVariables,
            Admission = Admission,
            Probes = Probes,
            OnStop = OnStop,
            Limits = Limits,
            Clock = Clock,
            Ids = new RandomIds(),
        });
        var lists = Orchestrator.Lists.Count;
        Node.Start();
        if (connects)
        {
            await Orchestrator.WaitAsync(() => Orchestrator.Lists.Count > lists);
        }
    }

    /// <summary>Lets time pass, in steps, so that what waits for one thing after the other comes to its turn.</summary>
    public void Pass(TimeSpan time)
    {
        for (var step = TimeSpan.FromMilliseconds(50); time > TimeSpan.Zero; time -= step)
        {
            Clock.Advance(time < step ? time : step);
        }
    }

    /// <summary>Lets time pass until an execution has ended, where a cancelled wait (which goes on on the thread pool) comes before a timed one.</summary>
    public async Task<ExecutionReport> PassToEndOfAsync(string execution)
    {
        var end = Orchestrator.EndOfAsync(execution);
        await PassUntilAsync(() => end.IsCompleted);
        return await end;
    }

    /// <summary>Lets time pass until something holds that nobody tells.</summary>
    public async Task PassUntilAsync(Func<bool> holds, int stepMillis = 50)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            Clock.Advance(TimeSpan.FromMilliseconds(stepMillis));
            await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CrashAsync();
        keeper.Dispose();
        Assert.Empty(Hub.Failures);
    }

    private sealed class RandomIds : IIdSource
    {
        public Guid Next() => Guid.NewGuid();
    }
}
