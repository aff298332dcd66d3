using System.Collections.Immutable;

namespace Bacalhau.Cli.Configuration;

/// <summary>The orchestrator.</summary>
/// <param name="Enabled">Whether the node is one.</param>
/// <param name="Host">Address of the message server.</param>
/// <param name="Port">Port of the message server.</param>
/// <param name="Advertise">Address that nodes are told.</param>
/// <param name="Token">Secret with which nodes join; empty admits everyone.</param>
/// <param name="Tls">TLS of the message server.</param>
/// <param name="SupportReverseProxy">Whether plain connections are taken from a proxy that ends TLS.</param>
/// <param name="Cluster">Cluster of message servers.</param>
/// <param name="NodeManager">Membership of nodes.</param>
/// <param name="State">The database.</param>
/// <param name="Retention">What is kept of ended jobs.</param>
/// <param name="Locality">Questions about inputs.</param>
/// <param name="Nats">The message server's program.</param>
/// <param name="Quotas">Limits by namespace.</param>
internal sealed record OrchestratorConfig(
    bool Enabled,
    string Host,
    int Port,
    string Advertise,
    string Token,
    OrchestratorTlsConfig Tls,
    bool SupportReverseProxy,
    NatsClusterConfig Cluster,
    NodeManagerConfig NodeManager,
    StateConfig State,
    RetentionConfig Retention,
    LocalityConfig Locality,
    NatsConfig Nats,
    ImmutableSortedDictionary<string, QuotaConfig> Quotas);

/// <summary>TLS of the message server.</summary>
/// <param name="ServerCert">Certificate file.</param>
/// <param name="ServerKey">Key file.</param>
/// <param name="ServerTimeout">Longest handshake.</param>
/// <param name="CACert">What the orchestrator's own connection trusts.</param>
internal sealed record OrchestratorTlsConfig(string ServerCert, string ServerKey, TimeSpan ServerTimeout, string CACert);

/// <summary>Cluster of message servers.</summary>
/// <param name="Name">Name.</param>
/// <param name="Port">Port between servers; 0 for no cluster.</param>
/// <param name="Advertise">Address that the others are told.</param>
/// <param name="Peers">The others.</param>
internal sealed record NatsClusterConfig(string Name, int Port, string Advertise, ImmutableArray<string> Peers);

/// <summary>Membership of nodes.</summary>
/// <param name="DisconnectTimeout">Silence after which a node is lost.</param>
/// <param name="ForgetAfter">Absence after which a node is no candidate any more.</param>
/// <param name="ManualApproval">Whether new nodes wait for an operator.</param>
internal sealed record NodeManagerConfig(TimeSpan DisconnectTimeout, TimeSpan ForgetAfter, bool ManualApproval);

/// <summary>The database.</summary>
/// <param name="Type"><c>sqlite</c>.</param>
/// <param name="ConnectionString">Where it is; empty for a file in the data folder.</param>
internal sealed record StateConfig(string Type, string ConnectionString);

/// <summary>What is kept of ended jobs.</summary>
/// <param name="JobAge">How long.</param>
/// <param name="JobCount">How many.</param>
/// <param name="LogBytes">Bytes of ends of logs in all.</param>
internal sealed record RetentionConfig(TimeSpan JobAge, long JobCount, long LogBytes);

/// <summary>Questions about inputs.</summary>
/// <param name="Deadline">Longest wait for answers.</param>
/// <param name="FactAge">How long an answer stays good.</param>
internal sealed record LocalityConfig(TimeSpan Deadline, TimeSpan FactAge);

/// <summary>The message server's program.</summary>
/// <param name="ServerPath">Program; empty to look in PATH.</param>
/// <param name="Urls">An existing cluster to use instead.</param>
/// <param name="Isolation"><c>nkeys</c> or <c>none</c>.</param>
internal sealed record NatsConfig(string ServerPath, ImmutableArray<string> Urls, string Isolation);

/// <summary>Limits of a namespace; null is no limit.</summary>
/// <param name="Jobs">Live jobs.</param>
/// <param name="Executions">Live executions.</param>
/// <param name="CpuMillis">Thousandths of a core in use.</param>
/// <param name="MemoryBytes">Memory in use.</param>
/// <param name="Gpus">Devices in use.</param>
/// <param name="MaxPriority">Highest priority.</param>
/// <param name="Share">Weight in the fair queue.</param>
internal sealed record QuotaConfig(long? Jobs, long? Executions, long? CpuMillis, long? MemoryBytes, long? Gpus, int? MaxPriority, double Share);
