using System.Collections.Immutable;
using System.Globalization;
using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Engines.Docker;
using Bacalhau.Compute.Engines.Wasm;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Gpus;
using Bacalhau.Compute.Ipfs;
using Bacalhau.Compute.Locality;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Probes;
using Bacalhau.Compute.Publishers;
using Bacalhau.Compute.Publishers.Ipfs;
using Bacalhau.Compute.Publishers.Local;
using Bacalhau.Compute.Store;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Links;
using Bacalhau.Protocol.Processes;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>The compute node of a node: its store, engines, inputs and publishers, and its connections to the orchestrator.</summary>
internal sealed partial class ComputeHost : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly NodeConfig config;
    private readonly NodeIdentity identity;
    private readonly IReadOnlyList<string> urls;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory loggers;
    private readonly NodeStore store;
    private readonly NatsMessageLink control;
    private readonly NatsMessageLink bulk;
    private readonly List<IDisposable> parts = [];
    private LocalResultServer? results;

    private ComputeHost(NodeConfig config, NodeIdentity identity, IReadOnlyList<string> urls, TimeProvider clock, ILoggerFactory loggers)
    {
        (this.config, this.identity, this.urls, this.clock, this.loggers) = (config, identity, urls, clock, loggers);
        Folder = Directory.CreateDirectory(Path.Combine(config.DataDir, "compute")).FullName;
        store = NodeStore.Open(Path.Combine(Folder, "state.db"), new RandomIds());
        control = Connect("");
        bulk = Connect("-bulk");
    }

    /// <summary>The node at work.</summary>
    public ComputeNode Node { get; private set; } = null!;

    /// <summary>Fails when the node cannot go on; completes when it was stopped.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Address and port at which local results are served; null if none are.</summary>
    public string? ResultsEndpoint { get; private set; }

    private string Folder { get; }

    /// <summary>Starts the compute node; joining goes on after this returns.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="identity">Who this node is.</param>
    /// <param name="options">How this start differs from what is configured.</param>
    /// <param name="own">Address of this node's own orchestrator, which knows it already; null to join another one.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Where loggers come from.</param>
    public static async Task<ComputeHost> StartAsync(
        NodeConfig config, NodeIdentity identity, ServeOptions options, string? own, TimeProvider clock, ILoggerFactory loggers)
    {
        IReadOnlyList<string> urls = own is null ? config.Compute.Orchestrators : [own];
        var host = new ComputeHost(config, identity, urls, clock, loggers);
        try
        {
            await host.PutTogetherAsync(options, isHybrid: own is not null);
            host.Completion = host.LiveAsync(own is null ? urls : null, options.Rejoin);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the node as it is configured to, then lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Node is not null)
        {
            await Node.StopAsync();
        }

        stop.Cancel();
        try
        {
            await Completion;
        }
        catch (Exception exception) when (exception is OperationCanceledException or NodeRefusedException)
        {
            // Its owner has seen it.
        }

        if (results is not null)
        {
            await results.DisposeAsync();
        }

        await control.DisposeAsync();
        await bulk.DisposeAsync();
        parts.ForEach(part => part.Dispose());
        store.Dispose();
        stop.Dispose();
    }

    private NatsMessageLink Connect(string suffix) => new(
        new NatsLinkOptions
        {
            Urls = urls,
            Name = identity.Id.Value + suffix,
            Seed = identity.Seed,
            InboxPrefix = NatsLinkOptions.InboxPrefixOf(identity.Id),
            AuthorityFile = config.Compute.CACert is { Length: > 0 } file ? file : null,
        },
        loggers.CreateLogger<NatsMessageLink>());

    private async Task PutTogetherAsync(ServeOptions options, bool isHybrid)
    {
        var access = Own(JobAccess.Of(config, options.Host.Variable, clock));
        var addresses = new ResultAddresses();
        IReadOnlyList<IPublisher> publishers = [.. await StartLocalPublisherAsync(), .. PublisherSet.Make(config, Folder, identity.Id, access, addresses, clock, part => Own(part))];
        var found = await new GpuTools(options.Host.Variable("PATH") ?? "", "/dev", loggers.CreateLogger<GpuTools>()).FindAsync(stop.Token);
        var capacity = CapacityOf(config.Compute.AllocatedCapacity, found.Length);
        ImmutableArray<GpuDevice> gpus = [.. found.Take((int)capacity.Gpus)];
        var cache = Own(InputSourceSet.OpenCache(config, Folder, clock));
        Node = new ComputeNode(new ComputeNodeOptions
        {
            Node = identity.Id,
            Control = control,
            Bulk = bulk,
            Store = store,
            Workspace = new DiskWorkspace(Folder, clock, config.Compute.Logs.MaxBytes),
            Engines = MakeEngines(options.Host),
            InputSources = InputSourceSet.Make(config, cache, access, clock, part => Own(part)),
            Near = new NearPlaces(config.Compute.Near),
            Cache = cache,
            Publishers = [.. publishers, .. MakeIpfsPublisher()],
            ResultAddresses = addresses,
            Facts = FactsOf(capacity, gpus, isHybrid),
            Gpus = gpus,
            HostVariables = new HostVariables(config.Compute.Access.Variables, options.Host.Variable),
            Admission = new AdmissionPolicy
            {
                RejectsNetworkedJobs = config.JobAdmission.RejectNetworkedJobs,
                RejectsStatelessJobs = config.JobAdmission.RejectStatelessJobs,
                IsLocalOnly = config.JobAdmission.IsLocalOnly,
            },
            Probes = MakeProbes(options.Host),
            Limits = new RunnerLimits { KeepLogsFor = config.Compute.Logs.KeepFor, ResultBytes = config.Compute.MostResultBytes },
            OnStop = options.StopsWork || !config.Compute.KeepsWorkOnStop ? OnStop.Stop : OnStop.Keep,
            Clock = clock,
            Ids = new RandomIds(),
            Loggers = loggers,
        });
    }

    private List<IEngine> MakeEngines(CliHost host)
    {
        var engines = new List<IEngine>();
        if (!config.Engines.Disabled.Contains("wasm"))
        {
            engines.Add(Own(new WasmEngine(WorkerProgram.Path, Path.Combine(Folder, "modules"), clock)));
        }

        if (!config.Engines.Disabled.Contains("docker"))
        {
            var docker = DockerOptions.FromEnvironment(store.Current.Memory.OwnerId, host.Variable) with
            {
                AllowsHostNetwork = config.JobAdmission.AllowHostNetwork,
                DefaultNetwork = config.JobAdmission.RejectNetworkedJobs ? Core.Jobs.NetworkType.None : Core.Jobs.NetworkType.Bridge,
            };
            engines.Add(Own(new DockerEngine(docker, clock, loggers.CreateLogger<DockerEngine>())));
        }

        return engines;
    }

    private List<IAdmissionProbe> MakeProbes(CliHost host)
    {
        var probes = new List<IAdmissionProbe>();
        if (config.JobAdmission.ProbeExec is { Length: > 0 } script)
        {
            probes.Add(new ExecProbe(script, host.Variable("PATH") ?? ""));
        }

        if (config.JobAdmission.ProbeHttp is { Length: > 0 } address)
        {
            probes.Add(Own(new HttpProbe(new Uri(address))));
        }

        return probes;
    }

    private async Task<IReadOnlyList<IPublisher>> StartLocalPublisherAsync()
    {
        if (config.Publishers.Disabled.Contains("local"))
        {
            return [];
        }

        var local = config.Publishers.Local;
        var folder = Path.Combine(Folder, "results");
        Directory.CreateDirectory(folder);
        var address = new ResultAddress(local.Address, config.Compute.Network.AdvertisedAddress, urls);
        try
        {
            results = await LocalResultServer.StartAsync(folder, address.Listen, local.Port, stop.Token);
            ResultsEndpoint = string.Create(CultureInfo.InvariantCulture, $"{address.Listen}:{results.Port}");
        }
        catch (IOException exception)
        {
            throw new CliException(
                $"the server for local results cannot listen on port {local.Port}: {exception.Message}",
                "Choose another port with -c Publishers.Types.Local.Port=…");
        }

        var publisher = new LocalPublisher(
            new LocalPublisherOptions
            {
                Folder = folder,
                Address = () => address.Told(control.OwnAddress),
                Port = results.Port,
                KeepFor = local.KeepFor,
                MaxBytes = local.MaxBytes,
            },
            clock);
        publisher.Open();
        return [publisher];
    }

    private IReadOnlyList<IPublisher> MakeIpfsPublisher()
    {
        if (config.Publishers.IpfsEndpoint is not { } endpoint || config.Publishers.Disabled.Contains("ipfs"))
        {
            return [];
        }

        var client = Own(new IpfsClient(endpoint, new IpfsOptions { ReadTimeout = config.InputSources.ReadTimeout }, clock));
        return [Own(new IpfsPublisher(client, Path.Combine(Folder, "ipfs-pins")))];
    }

    private NodeFacts FactsOf(ResourceAmount capacity, ImmutableArray<GpuDevice> gpus, bool isHybrid) => new()
    {
        IsCompute = true,
        IsOrchestrator = isHybrid,
        Labels = NodeLabels.Of(config.Labels, identity.Id, gpus),
        Capacity = capacity,
        MaxJobRequirements = capacity,
        AllowsHostNetwork = config.JobAdmission.AllowHostNetwork,
        AdvertisedAddress = config.Compute.Network.AdvertisedAddress,
        Version = ProductVersion.Current.GitVersion,
        Os = NodeLabels.Os,
        Arch = NodeLabels.Arch,
        Host = Environment.MachineName,
    };

    private ResourceAmount CapacityOf(CapacityConfig allocated, int gpus)
    {
        try
        {
            var capacity = new NodeCapacity(allocated.CPU, allocated.Memory, allocated.Disk, allocated.GPU).Of(NodeCapacity.OfMachine(Folder, gpus));
            if (long.TryParse(allocated.GPU, out var asked) && asked > capacity.Gpus)
            {
                LogFewerGpus(loggers.CreateLogger<ComputeHost>(), asked, gpus);
            }

            return capacity;
        }
        catch (FormatException exception)
        {
            throw new CliException(exception.Message, "Give cores, bytes with a unit, or a share such as 80%");
        }
    }

    private async Task LiveAsync(IReadOnlyList<string>? joinAt, bool rejoins)
    {
        if (rejoins)
        {
            await store.ChangeAsync(draft => draft.Remember(draft.State.Memory with { Cluster = "", HighestTerm = 0 }));
        }

        var entrance = new Entrance(config, identity, Node, clock, loggers);
        if (joinAt is not null)
        {
            await entrance.JoinAsync(joinAt, stop.Token);
        }

        await entrance.ConnectAsync(control, joinAt, stop.Token);
        await entrance.ConnectAsync(bulk, joinAt, stop.Token);
        Node.Start();
        if (joinAt is null)
        {
            await Node.Completion;
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var watch = entrance.WatchAsync(control, joinAt, over.Token);
        await await Task.WhenAny(Node.Completion, watch);
        over.Cancel();
    }

    private T Own<T>(T part)
        where T : IDisposable
    {
        parts.Add(part);
        return part;
    }
}
