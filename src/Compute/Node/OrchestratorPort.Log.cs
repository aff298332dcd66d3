using Microsoft.Extensions.Logging;

namespace Bacalhau.Compute.Node;

internal sealed partial class OrchestratorPort
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A message that should be a {Kind} cannot be read and is dropped")]
    private partial void LogUnreadable(string kind, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of cluster {Cluster} is dropped: this node belongs to cluster {Own}")]
    private partial void LogOtherCluster(string cluster, string own);

    [LoggerMessage(Level = LogLevel.Information, Message = "A message of term {Term} is dropped: the orchestrator's term is {Highest}")]
    private partial void LogOldTerm(long term, long highest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of a new term is dropped, because the term cannot be saved: {Reason}")]
    private partial void LogTermNotSaved(string reason);
}
