using System.Collections.Immutable;
using static Bacalhau.Cli.Configuration.ConfigKey;

namespace Bacalhau.Cli.Configuration;

/// <summary>Keys of the orchestrator.</summary>
internal static class OrchestratorKeys
{
    /// <summary>Whether the node is an orchestrator.</summary>
    public static readonly ConfigKey Enabled = Flag("Orchestrator.Enabled", "Run an orchestrator");

    /// <summary>All keys of this part.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        Enabled,
        Text("Orchestrator.Host", "Address on which nodes reach the message server", "0.0.0.0"),
        Number("Orchestrator.Port", "Port of the message server", 4222),
        Text("Orchestrator.Advertise", "Address of the message server that nodes are told"),
        Text("Orchestrator.Auth.Token", "Secret with which nodes join; empty admits everyone"),
        Text("Orchestrator.TLS.ServerCert", "Certificate file of the message server"),
        Text("Orchestrator.TLS.ServerKey", "Key file of the message server's certificate"),
        Number("Orchestrator.TLS.ServerTimeout", "Seconds a TLS handshake may take; 0 for the default"),
        Text("Orchestrator.TLS.CACert", "Certificate authority of the message server"),
        Flag("Orchestrator.SupportReverseProxy", "Take plain connections from a proxy that ends TLS"),
        Text("Orchestrator.Cluster.Name", "Name of the message servers' cluster"),
        Text("Orchestrator.Cluster.Host", "Taken for compatibility; without effect"),
        Number("Orchestrator.Cluster.Port", "Port between message servers of a cluster"),
        Text("Orchestrator.Cluster.Advertise", "Address that other message servers are told"),
        List("Orchestrator.Cluster.Peers", "Other message servers of the cluster"),
        Duration("Orchestrator.NodeManager.DisconnectTimeout", "Silence after which a node is lost", TimeSpan.FromSeconds(30)),
        Duration("Orchestrator.NodeManager.ForgetAfter", "Absence after which a node counts no more as a candidate", TimeSpan.FromHours(24)),
        Flag("Orchestrator.NodeManager.ManualApproval", "New nodes wait for an operator's approval"),
        Number("Orchestrator.Scheduler.WorkerCount", "Taken for compatibility; one loop plans", Environment.ProcessorCount),
        Duration("Orchestrator.Scheduler.QueueBackoff", "Taken for compatibility; freed room wakes the queue", TimeSpan.FromMinutes(1)),
        Duration("Orchestrator.Scheduler.HousekeepingInterval", "Taken for compatibility; without effect", TimeSpan.FromSeconds(30)),
        Duration("Orchestrator.Scheduler.HousekeepingTimeout", "Taken for compatibility; without effect", TimeSpan.FromMinutes(2)),
        Duration("Orchestrator.EvaluationBroker.VisibilityTimeout", "Taken for compatibility; without effect", TimeSpan.FromMinutes(1)),
        Number("Orchestrator.EvaluationBroker.MaxRetryCount", "Taken for compatibility; without effect", 10),
        Text("Orchestrator.State.Type", "Database of the orchestrator: sqlite", "sqlite"),
        Text("Orchestrator.State.ConnectionString", "Where the database is; empty for a file in the data folder"),
        Duration("Orchestrator.Retention.JobAge", "How long ended jobs are kept", TimeSpan.FromDays(30)),
        Number("Orchestrator.Retention.JobCount", "How many ended jobs are kept", 1_000_000),
        Text("Orchestrator.Retention.LogBytes", "How much of the ends of logs is kept in all", "1GiB"),
        Duration("Orchestrator.Locality.Deadline", "How long nodes may take to say which inputs they hold, where there are more than 64", TimeSpan.FromMilliseconds(150)),
        Duration("Orchestrator.Locality.FactAge", "How long an answer about inputs stays good", TimeSpan.FromSeconds(60)),
        Text("Orchestrator.Nats.ServerPath", "The nats-server program; empty to look in PATH"),
        List("Orchestrator.Nats.Urls", "An existing NATS cluster to use instead of an own server"),
        Text("Orchestrator.Nats.Isolation", "Whether nodes are kept apart on NATS: nkeys or none", "nkeys"),
        Structure("Orchestrator.Quotas", "Limits by namespace: Jobs, Executions, CPU, Memory, GPU, MaxPriority, Share", MapValue.Empty),
    ];
}
