using System.Globalization;
using Bacalhau.TestKit.Network;
using Bacalhau.TestKit.Storage;

namespace Bacalhau.EndToEnd.Harness;

/// <summary>A cluster of real processes on loopback ports and in one temporary folder; all of it is gone after the test.</summary>
/// <param name="program">Path of the program that its nodes run; the build that developers use if it is not given.</param>
internal sealed class Cluster(string? program = null) : IDisposable
{
    private readonly List<Node> nodes = [];
    private readonly List<SmallDisk> disks = [];
    private readonly Dictionary<string, (int Api, int Results)> ports = [];

    /// <summary>Folder of everything; each node keeps its data in one of its own name below it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("bacalhau-e2e-").FullName;

    /// <summary>Port of the message server.</summary>
    public int MessagePort { get; } = FreePort.Next();

    /// <summary>Further environment variables of its nodes.</summary>
    public (string Name, string? Value)[] Variables { get; init; } = [];

    /// <summary>Folder whose files jobs may read.</summary>
    public string Inputs => Directory.CreateDirectory(Path.Combine(Folder, "inputs")).FullName;

    /// <summary>Starts a node that is orchestrator and compute node.</summary>
    public Task<Node> StartHybridAsync(params string[] settings) => StartAsync("hybrid", ["--orchestrator", "--compute"], settings);

    /// <summary>Starts an orchestrator.</summary>
    public Task<Node> StartOrchestratorAsync(params string[] settings) => StartAsync("orchestrator", ["--orchestrator"], settings);

    /// <summary>Starts a compute node, or the same one again.</summary>
    public Task<Node> StartComputeAsync(string name, params string[] settings) => StartAsync(name, ["--compute"], settings);

    /// <summary>Starts a node of any kind and waits until its API answers.</summary>
    public Task<Node> StartAsync(string name, string[] roles, params string[] settings) => Begin(name, roles, settings).ReadyAsync();

    /// <summary>Starts a node of any kind and does not wait.</summary>
    /// <param name="name">Name of its data folder; the same name gives the same node and ports again.</param>
    /// <param name="roles">Flags.</param>
    /// <param name="settings">Settings besides those of every test, as <c>Key=Value</c>.</param>
    public Node Begin(string name, string[] roles, params string[] settings) => Begin(name, roles, settings, []);

    /// <inheritdoc cref="Begin(string, string[], string[])"/>
    public Node Begin(string name, string[] roles, string[] settings, (string Name, string? Value)[] variables)
    {
        if (!ports.TryGetValue(name, out var own))
        {
            ports[name] = own = (FreePort.Next(), FreePort.Next());
        }

        string[] all =
        [
            "API.Host=127.0.0.1",
            Setting("API.Port", own.Api),
            "Orchestrator.Host=127.0.0.1",
            Setting("Orchestrator.Port", MessagePort),
            "Publishers.Types.Local.Address=127.0.0.1",
            Setting("Publishers.Types.Local.Port", own.Results),
            string.Create(CultureInfo.InvariantCulture, $"Compute.Orchestrators=nats://127.0.0.1:{MessagePort}"),
            $"Compute.AllowListedLocalPaths={Inputs}/**:ro",
            "Compute.AllocatedCapacity.CPU=4",
            "Compute.Heartbeat.Interval=500ms",
            "Orchestrator.NodeManager.DisconnectTimeout=3s",
            .. settings,
        ];
        var node = Node.Start(program ?? Binary.Path, own.Api, ["serve", .. roles, "--data-dir", DataOf(name), .. all.SelectMany(setting => new[] { "-c", setting })], [.. Variables, .. variables]);
        nodes.Add(node);
        return node;
    }

    /// <summary>Adds a process that is to end with the cluster.</summary>
    public Node Keep(Node node)
    {
        nodes.Add(node);
        return node;
    }

    /// <summary>Data directory of a node.</summary>
    public string DataOf(string name) => Path.Combine(Folder, name);

    /// <summary>Gives a node that is not started yet a disk of its own for its data directory.</summary>
    public SmallDisk GiveSmallDisk(string name, int megabytes = 24)
    {
        var disk = SmallDisk.Over(DataOf(name), megabytes);
        disks.Add(disk);
        return disk;
    }

    /// <summary>Writes a file that jobs may read.</summary>
    public string WriteInput(string name, string text)
    {
        var path = Path.Combine(Inputs, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            nodes.ForEach(node => TestContext.Current.TestOutputHelper?.WriteLine(node.ToString()));
        }

        nodes.ForEach(node => node.Dispose());
        disks.ForEach(disk => disk.Dispose());
        Containers.RemoveThoseBelow(Folder);
        Directory.Delete(Folder, recursive: true);
    }

    private static string Setting(string key, int number) => string.Create(CultureInfo.InvariantCulture, $"{key}={number}");
}
