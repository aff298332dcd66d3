using Bacalhau.Compute.Engines;
using Bacalhau.Compute.Executions;
using Bacalhau.Compute.Inputs.Inline;
using Bacalhau.Compute.Node;
using Bacalhau.Compute.Store;
using Bacalhau.Core.Nodes;
using Bacalhau.Core.Resources;
using Bacalhau.Protocol.Links;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bacalhau.Benchmarks.Cluster;

/// <summary>A compute node as it is in production: its store and folders on disk, its own connections to nats-server.</summary>
internal sealed class BenchCompute : IAsyncDisposable
{
    private readonly NatsMessageLink control;
    private readonly NatsMessageLink bulk;
    private readonly ComputeNode node;

    private BenchCompute(NodeStore store, NatsMessageLink control, NatsMessageLink bulk, ComputeNode node) =>
        (Store, this.control, this.bulk, this.node) = (store, control, bulk, node);

    public NodeStore Store { get; }

    public static async Task<BenchCompute> StartAsync(
        string folder, NodeIdentity identity, string natsUrl, ResourceAmount capacity, IEngine engine, TimeProvider clock, ILoggerFactory loggers)
    {
        var ids = new BenchIds();
        Directory.CreateDirectory(folder);
        var store = NodeStore.Open(Path.Combine(folder, "state.db"), ids);
        var control = Link(identity, "", natsUrl);
        var bulk = Link(identity, "-bulk", natsUrl);
        await control.ConnectAsync(default);
        await bulk.ConnectAsync(default);
        var node = new ComputeNode(new ComputeNodeOptions
        {
            Node = identity.Id,
            Control = control,
            Bulk = bulk,
            Store = store,
            Workspace = new DiskWorkspace(folder, clock, logLimitBytes: 1 << 20),
            Engines = [engine],
            InputSources = [new InlineInputSource()],
            Facts = new NodeFacts { Capacity = capacity, MaxJobRequirements = capacity },
            OnStop = OnStop.Stop,
            Clock = clock,
            Ids = ids,
            Loggers = loggers,
        });
        node.Start();
        return new BenchCompute(store, control, bulk, node);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await control.DisposeAsync();
        await bulk.DisposeAsync();
        Store.Dispose();
    }

    private static NatsMessageLink Link(NodeIdentity identity, string suffix, string url) => new(
        new NatsLinkOptions { Urls = [url], Name = identity.Id.Value + suffix, Seed = identity.Seed, InboxPrefix = NatsLinkOptions.InboxPrefixOf(identity.Id) },
        NullLogger<NatsMessageLink>.Instance);
}
