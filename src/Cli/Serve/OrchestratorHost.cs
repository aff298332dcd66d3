using Bacalhau.Cli.Configuration;
using Bacalhau.Compute.Node;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Jobs;
using Bacalhau.Core.Scheduling;
using Bacalhau.Orchestrator;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Nats;
using Bacalhau.Orchestrator.Results;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Microsoft.Extensions.Logging;

namespace Bacalhau.Cli.Serve;

/// <summary>The orchestrator of a node: its store, its message server and the loops over both.</summary>
internal sealed class OrchestratorHost : IAsyncDisposable
{
    private readonly StateStore store;
    private readonly NatsServer nats;
    private readonly NatsMessageLink control;
    private readonly NatsMessageLink bulk;
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> loops = [];

    private readonly ResultSigning signing;

    private OrchestratorHost(StateStore store, StateWriter writer, NatsServer nats, ResultSigning signing, ILoggerFactory loggers)
    {
        this.store = store;
        this.nats = nats;
        this.signing = signing;
        Writer = writer;
        Queries = JobQueries.Open(store);
        control = new NatsMessageLink(nats.LinkOptions("orchestrator"), loggers.CreateLogger<NatsMessageLink>());
        bulk = new NatsMessageLink(nats.LinkOptions("orchestrator-bulk"), loggers.CreateLogger<NatsMessageLink>());
    }

    /// <summary>The cluster's state.</summary>
    public StateWriter Writer { get; }

    /// <summary>What is stored.</summary>
    public JobQueries Queries { get; }

    /// <summary>The orchestrator at work.</summary>
    public OrchestratorNode Node { get; private set; } = null!;

    /// <summary>Limits and times of planning.</summary>
    public PlannerOptions Planner { get; private set; } = new();

    /// <summary>How clients come by results.</summary>
    public ResultOptions Results => signing.Options;

    /// <summary>Address of the message server for nodes on this machine.</summary>
    public string NatsUrl => nats.Url;

    /// <summary>Starts the orchestrator.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="identity">Who this node is.</param>
    /// <param name="variable">The environment variables.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Where loggers come from.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be opened.</exception>
    /// <exception cref="NatsServerException">The message server cannot be started.</exception>
    public static async Task<OrchestratorHost> StartAsync(
        NodeConfig config, NodeIdentity identity, Func<string, string?> variable, TimeProvider clock, ILoggerFactory loggers)
    {
        if (!config.Orchestrator.Nats.Urls.IsEmpty)
        {
            throw new CliException(
                "this release cannot use a NATS cluster that exists already (Orchestrator.Nats.Urls)",
                "Remove the key: the orchestrator runs a message server of its own");
        }

        var folder = Directory.CreateDirectory(Path.Combine(config.DataDir, "orchestrator")).FullName;
        var ids = new RandomIds();
        var store = StateStore.Open(Path.Combine(folder, "state.db"), ids);
        var writer = StateWriter.Start(
            store,
            new StateWriterOptions { Clock = clock, Ids = ids },
            loggers.CreateLogger<StateWriter>());
        try
        {
            await writer.RunAsync(new RegisterOwnNode(identity, config.Compute.Enabled), CancellationToken.None);
            var members = NatsMembership.MembersIn(writer.Current);
            var nats = await NatsServer.StartAsync(NatsOptionsOf(config.Orchestrator, folder), members, clock, loggers.CreateLogger<NatsServer>());
            var host = new OrchestratorHost(store, writer, nats, new ResultSigning(config, variable, clock), loggers);
            await host.BeginAsync(config, identity, clock, loggers);
            return host;
        }
        catch
        {
            await writer.DisposeAsync();
            store.Dispose();
            throw;
        }
    }

    /// <summary>Stops everything; what is not finished goes on with the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        stop.Cancel();
        await Node.DisposeAsync();
        await Task.WhenAll(loops);
        await control.DisposeAsync();
        await bulk.DisposeAsync();
        await nats.DisposeAsync();
        Queries.Dispose();
        await Writer.DisposeAsync();
        store.Dispose();
        signing.Dispose();
        stop.Dispose();
    }

    private async Task BeginAsync(NodeConfig config, NodeIdentity identity, TimeProvider clock, ILoggerFactory loggers)
    {
        await control.ConnectAsync(stop.Token);
        await bulk.ConnectAsync(stop.Token);
        var manager = config.Orchestrator.NodeManager;
        var quotas = QuotaMapping.Of(config.Orchestrator.Quotas);
        var options = new OrchestratorOptions
        {
            Jobs = new JobServiceOptions
            {
                Orchestrator = identity.Id,
                Instance = store.ClusterId,
                Defaults = JobDefaultsMapping.Of(config.JobDefaults),
                Rules = new JobRules { DisconnectTimeout = manager.DisconnectTimeout, LacksManagedResults = Results.Managed is null },
                Quotas = quotas,
                Ids = new RandomIds(),
            },
            Messaging = new MessagingOptions
            {
                Liveness = new LivenessRules(config.Compute.HeartbeatInterval, manager.DisconnectTimeout),
                Joins = new JoinPolicy(ApprovesAll: !manager.ManualApproval),
                Managed = Results.Managed,
            },
            Planner = new PlannerOptions
            {
                DisconnectTimeout = manager.DisconnectTimeout,
                ForgetAfter = manager.ForgetAfter,
                AnswerTime = config.Orchestrator.Locality.Deadline,
                FactAge = config.Orchestrator.Locality.FactAge,
                Quotas = quotas,
            },
        };
        Planner = options.Planner;
        Node = await OrchestratorNode.StartAsync(Writer, new MessagingLinks(control, bulk), options, clock, loggers);
        var membership = new NatsMembership(nats, Writer, clock, loggers.CreateLogger<NatsMembership>());
        loops.Add(membership.RunAsync(stop.Token));
        var kept = config.Orchestrator.Retention;
        var retention = new RetentionOptions { JobAge = kept.JobAge, JobCount = kept.JobCount, LogBytes = kept.LogBytes };
        loops.Add(new Retention(Writer, Queries, retention, clock, loggers.CreateLogger<Retention>()).RunAsync(stop.Token));
    }

    private static NatsServerOptions NatsOptionsOf(OrchestratorConfig config, string folder) => new()
    {
        Folder = Path.Combine(folder, "nats"),
        ServerPath = config.Nats.ServerPath,
        Host = config.Host,
        Port = config.Port,
        Token = config.Token,
    };
}
