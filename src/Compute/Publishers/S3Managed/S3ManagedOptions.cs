namespace Bacalhau.Compute.Publishers.S3Managed;

/// <summary>How results are put into the orchestrator's bucket.</summary>
public sealed record S3ManagedOptions
{
    /// <summary>Folder for archives while they are sent; made if it is not there, and nobody else's.</summary>
    public required string Folder { get; init; }

    /// <summary>Most bytes of an archive: S3 takes no more with one request.</summary>
    public long MostBytes { get; init; } = 5L << 30;

    /// <summary>How often an archive is sent again that did not arrive.</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>Pause before it is sent again; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);
}
