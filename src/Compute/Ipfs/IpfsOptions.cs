namespace Bacalhau.Compute.Ipfs;

/// <summary>How an IPFS node is asked.</summary>
public sealed record IpfsOptions
{
    /// <summary>Longest silence of the node, before its answer and within it: how long it may look for content (<c>InputSources.ReadTimeout</c>).</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often what could not be had is asked for again (<c>InputSources.MaxRetryCount</c>); not where the node was silent, or says that it has not got it.</summary>
    public int MaxRetryCount { get; init; } = 3;

    /// <summary>Pause before the first such attempt; it doubles.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Blocks of one file that are fetched at the same time.</summary>
    public int BlocksAtOnce { get; init; } = 8;

    /// <summary>Files of one folder that are fetched at the same time.</summary>
    public int FilesAtOnce { get; init; } = 4;

    /// <summary>Most files, folders and links of one folder, all beneath it counted.</summary>
    public int MostEntries { get; init; } = 100_000;
}
