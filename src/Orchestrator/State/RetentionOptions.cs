namespace Bacalhau.Orchestrator.State;

/// <summary>How long the store keeps what is over.</summary>
public sealed record RetentionOptions
{
    /// <summary>How long a finished job is kept; 30 days.</summary>
    public TimeSpan JobAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most finished jobs that are kept; the oldest go first.</summary>
    public long JobCount { get; init; } = 1_000_000;

    /// <summary>Most bytes of ends of logs that are kept; the oldest go first. 1 GiB.</summary>
    public long LogBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of lists of inputs above which those of jobs that are over are deleted, the oldest first. 1 GiB.</summary>
    public long ListBytes { get; init; } = 1L << 30;

    /// <summary>Time between two collections; a minute.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}
