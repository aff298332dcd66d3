using Bacalhau.Core.Cluster;
using Bacalhau.Orchestrator.Results;

namespace Bacalhau.Orchestrator.Messaging;

/// <summary>How the orchestrator speaks with its nodes.</summary>
public sealed record MessagingOptions
{
    /// <summary>When silence means what.</summary>
    public LivenessRules Liveness { get; init; } = LivenessRules.Default;

    /// <summary>Who is let into the cluster.</summary>
    public JoinPolicy Joins { get; init; } = new();

    /// <summary>Results in the orchestrator's own bucket, for which nodes get addresses; null where it has none.</summary>
    public ManagedResults? Managed { get; init; }

    /// <summary>Most requests to join that are answered in a second; nodes ask again.</summary>
    public int JoinsPerSecond { get; init; } = 50;

    /// <summary>How long the process of an old session may take to answer a ping before it counts as gone.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a node may take to save a batch before it is sent again.</summary>
    public TimeSpan BatchTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait between two tries to send a batch.</summary>
    public TimeSpan LongestBatchPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most wishes in a batch; its bytes are limited besides.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Most messages of nodes that are handled at the same time; further ones wait in the link.</summary>
    public int MaxHandled { get; init; } = 4096;
}
