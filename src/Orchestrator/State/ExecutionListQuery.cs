namespace Bacalhau.Orchestrator.State;

/// <summary>Which executions of a job a list shows.</summary>
public sealed record ExecutionListQuery
{
    /// <summary>Key of the job's row.</summary>
    public required long Job { get; init; }

    /// <summary>Version of the job; 0 for all.</summary>
    public int Version { get; init; }

    /// <summary>Whether those of other versions are listed too that have not ended: they run on under a new version, or are being replaced by it.</summary>
    public bool WithLive { get; init; }

    /// <summary>Whether the order is that of the last change, not of creation.</summary>
    public bool ByChange { get; init; }

    /// <summary>Whether the newest come first.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Most executions; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>The place after which the page begins; null for the first page.</summary>
    public PagePlace? After { get; init; }
}
