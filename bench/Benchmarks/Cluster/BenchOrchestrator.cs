using Bacalhau.Compute.Node;
using Bacalhau.Core;
using Bacalhau.Core.Cluster;
using Bacalhau.Core.Nodes;
using Bacalhau.Orchestrator;
using Bacalhau.Orchestrator.Jobs;
using Bacalhau.Orchestrator.Messaging;
using Bacalhau.Orchestrator.Nats;
using Bacalhau.Orchestrator.State;
using Bacalhau.Protocol.Links;
using Bacalhau.TestKit.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>An orchestrator as it is in production: its store on disk, its writer on its thread, nats-server as its child.</summary>
internal sealed class BenchOrchestrator : IAsyncDisposable
{
    private readonly StateStore store;
    private readonly NatsServer nats;
    private readonly NatsMessageLink control;
    private readonly NatsMessageLink bulk;

    private BenchOrchestrator(StateStore store, StateWriter writer, NatsServer nats)
    {
        (this.store, Writer, this.nats) = (store, writer, nats);
        Queries = JobQueries.Open(store);
        control = new NatsMessageLink(nats.LinkOptions("orchestrator"), NullLogger<NatsMessageLink>.Instance);
        bulk = new NatsMessageLink(nats.LinkOptions("orchestrator-bulk"), NullLogger<NatsMessageLink>.Instance);
    }

    public NodeId Id { get; private init; }

    public StateWriter Writer { get; }

    public JobQueries Queries { get; }

    public OrchestratorNode Node { get; private set; } = null!;

    public string NatsUrl => nats.Url;

    public static async Task<BenchOrchestrator> StartAsync(string folder, NodeIdentity compute, TimeProvider clock, ILoggerFactory loggers)
    {
        var ids = new BenchIds();
        var store = StateStore.Open(Path.Combine(folder, "state.db"), ids);
        var writer = StateWriter.Start(store, new StateWriterOptions { Clock = clock, Ids = ids }, loggers.CreateLogger<StateWriter>());
        await writer.RunAsync(new KnownNode(compute), default);
        var server = new NatsServerOptions
        {
            Folder = Path.Combine(folder, "nats"),
            Host = "127.0.0.1",
            Port = 0,
            WorkerPath = WorkerBinary.Path,
        };
        var nats = await NatsServer.StartAsync(server, NatsMembership.MembersIn(writer.Current), clock, loggers.CreateLogger<NatsServer>());
        var orchestrator = new BenchOrchestrator(store, writer, nats) { Id = compute.Id };
        await orchestrator.control.ConnectAsync(default);
        await orchestrator.bulk.ConnectAsync(default);
        orchestrator.Node = await OrchestratorNode.StartAsync(
            writer,
            new MessagingLinks(orchestrator.control, orchestrator.bulk),
            new OrchestratorOptions { Jobs = new JobServiceOptions { Orchestrator = compute.Id, Instance = store.ClusterId, Ids = ids } },
            clock,
            loggers);
        return orchestrator;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await control.DisposeAsync();
        await bulk.DisposeAsync();
        await nats.DisposeAsync();
        Queries.Dispose();
        await Writer.DisposeAsync();
        store.Dispose();
    }

    /// <summary>Approves the one compute node beforehand, as the node of a hybrid is.</summary>
    private sealed class KnownNode(NodeIdentity identity) : StateRequest<bool>
    {
        public override bool Decide(StateContext context)
        {
            context.Draft.Put(new ClusterNode
            {
                Id = identity.Id,
                Key = context.NextNodeKey(),
                PublicKey = identity.PublicKey,
                Membership = NodeMembership.Approved,
                Facts = new NodeFacts(),
                LastSeenAt = context.Now,
                DisconnectedSince = context.Now,
            });
            return true;
        }
    }
}
