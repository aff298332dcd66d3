namespace Bacalhau.Orchestrator.Messaging;

/// <summary>What every message of this orchestrator carries, fixed for the life of the process.</summary>
/// <param name="Cluster">Random id made with the store.</param>
/// <param name="Term">Counter of orchestrator starts in the store.</param>
public sealed record ClusterIdentity(string Cluster, long Term);
