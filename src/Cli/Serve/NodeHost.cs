using System.Globalization;
using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Store;
using Bacalhau.Orchestrator.Http;
using Bacalhau.Orchestrator.Nats;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Http;
using Bacalhau.Protocol.Processes;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>A node in this process: an orchestrator, a compute node or both, behind one API.</summary>
internal sealed class NodeHost : IAsyncDisposable
{
    /// <summary>How long a hybrid's API waits for its own compute node, so that the first job finds it.</summary>
    private static readonly TimeSpan OwnNodePatience = TimeSpan.FromSeconds(10);

    private readonly NodeConfig config;
    private readonly ServeOptions options;
    private readonly ILoggerFactory loggers;
    private readonly NodeIdentity identity;
    private readonly BootClock clock = new();
    private OrchestratorHost? orchestrator;
    private ComputeHost? compute;
    private ApiServer? api;
    private RunFile? runFile;

    private NodeHost(NodeConfig config, ServeOptions options, ILoggerFactory loggers)
    {
        (this.config, this.options, this.loggers) = (config, options, loggers);
        identity = OpenIdentity(config, options);
    }

    /// <summary>Runs the node until it is cancelled.</summary>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="CliException">It cannot be started, or cannot go on.</exception>
    public static async Task<int> RunAsync(NodeConfig config, ServeOptions options, CancellationToken cancellation)
    {
        using var loggers = NodeLogging.CreateFactory(config.Logging, options.Host.Error, options.Host.Clock);
        if (!File.Exists(WorkerProgram.Path))
        {
            throw new CliException($"{WorkerProgram.Path} is missing", "bacalhau-worker belongs beside bacalhau: copy the whole folder that scripts/build.sh or scripts/publish.sh made");
        }

        try
        {
            await using var node = new NodeHost(config, options, loggers);
            await node.StartAsync(cancellation);
            await node.WaitAsync(cancellation);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception exception) when (exception is NodeRefusedException or NodeStoreException or StoreUnavailableException or NatsServerException)
        {
            throw new CliException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the node cannot go on: {exception.Message}", $"See that there is room in {config.DataDir}, and that this user may write there");
        }
    }

    /// <summary>Stops the API first, then the work, then what keeps its state.</summary>
    public async ValueTask DisposeAsync()
    {
        runFile?.Dispose();
        if (api is not null)
        {
            await api.DisposeAsync();
        }

        if (compute is not null)
        {
            await compute.DisposeAsync();
        }

        if (orchestrator is not null)
        {
            await orchestrator.DisposeAsync();
        }

        identity.Dispose();
    }

    private static NodeIdentity OpenIdentity(NodeConfig config, ServeOptions options)
    {
        try
        {
            return NodeIdentity.Open(config.DataDir, NodeNaming.Choose(config, options), new RandomIds());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the data folder {config.DataDir} cannot be used: {exception.Message}", "Choose one that this user may write, with --data-dir");
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        if (config.Orchestrator.Enabled)
        {
            orchestrator = await OrchestratorHost.StartAsync(config, identity, options.Host.Variable, clock, loggers);
        }

        if (config.Compute.Enabled)
        {
            compute = await ComputeHost.StartAsync(config, identity, options, orchestrator?.NatsUrl, clock, loggers);
        }

        if (orchestrator is not null && compute is not null)
        {
            await WaitForOwnNodeAsync(orchestrator, compute, cancellation);
        }

        api = await ApiServer.StartAsync(config.Api, ProductVersion.Current, clock, loggers, app =>
        {
            if (orchestrator is null)
            {
                AgentApi.Map(app, AgentServices());
            }
            else
            {
                OrchestratorApi.Map(app, OrchestratorServices(orchestrator));
            }
        });
        Tell(api.Address);
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellation);
        var ended = await Task.WhenAny(stopped, compute?.Completion ?? stopped);
        if (ended != stopped)
        {
            await ended;
        }

        if (!options.IsQuiet)
        {
            options.Host.Output.WriteLine("Stopping");
        }
    }

    private async Task WaitForOwnNodeAsync(OrchestratorHost own, ComputeHost node, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(OwnNodePatience);
        try
        {
            for (var snapshot = own.Writer.Current; snapshot.Nodes.GetValueOrDefault(identity.Id) is not { TakesWishes: true } && !node.Completion.IsCompleted; snapshot = own.Writer.Current)
            {
                await own.Writer.WaitForChangeAsync(snapshot.Version, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It goes on trying; the API need not wait longer.
        }
    }

    private OrchestratorServices OrchestratorServices(OrchestratorHost host) => new()
    {
        Agent = AgentServices(),
        Jobs = host.Node.Jobs,
        Queries = host.Queries,
        State = host.Writer,
        Nodes = host.Node.Gateway,
        Progress = host.Node.Progress,
        Caches = host.Node.Caches,
        Results = host.Results,
        Planner = host.Planner,
        Clock = clock,
        Loggers = loggers,
    };

    private AgentServices AgentServices() => new()
    {
        NodeId = identity.Id,
        Version = ProductVersion.Current,
        Node = () => NodeDescription.Of(identity.Id, config, compute?.Node),
        Config = () => NodeDescription.ConfigOf(options.Settings),
    };

    private void Tell(Uri address)
    {
        options.Started?.Invoke(address);
        if (options.IsQuiet)
        {
            return;
        }

        runFile = RunFile.Write(options.Host, config.DataDir, address);
        var roles = string.Join(" and ", new[] { config.Orchestrator.Enabled ? "orchestrator" : "", config.Compute.Enabled ? "compute node" : "" }.Where(role => role.Length > 0));
        var output = options.Host.Output;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Node {identity.Id} is running as {roles}"));
        output.WriteLine($"  API       {address}");
        if (orchestrator is not null)
        {
            output.WriteLine($"  Nodes     join with: bacalhau serve --compute -c Compute.Orchestrators={orchestrator.NatsUrl}");
        }

        if (compute?.ResultsEndpoint is { } results)
        {
            output.WriteLine($"  Results   served at {results} to whoever knows their address");
        }

        output.WriteLine($"  Data      {config.DataDir}");
        output.Flush();
    }
}
