using Bacalhau.Core.Resources;

namespace Bacalhau.Core.Cluster;

/// <summary>An execution that a node listed and that the store does not know: left from another store, or from one restored to an earlier state.</summary>
/// <param name="Job">Its job, by the node's word.</param>
/// <param name="Wish">What is wanted of it.</param>
/// <param name="AskRevision">Counter of the wish; above all that the node listed.</param>
/// <param name="IsAcked">Whether the node has acknowledged the wish.</param>
/// <param name="Since">When it was listed first.</param>
public sealed record Stranger(JobId Job, StrangerWish Wish, long AskRevision, bool IsAcked, DateTimeOffset Since)
{
    /// <summary>Latest observation that its node has told.</summary>
    public long ReportRevision { get; init; }

    /// <summary>What it holds of its node until its end is reported; zero once it has ended.</summary>
    public ResourceAmount Room { get; init; }

    /// <summary>How long the result of a stranger is kept after it was stopped.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    /// <summary>Whether its node has to be told the wish.</summary>
    public bool IsUnsent => Wish != StrangerWish.Hold && !IsAcked;
}

/// <summary>What is wanted of a <see cref="Stranger"/>.</summary>
public enum StrangerWish
{
    /// <summary>It runs on until an operator decides: the store is a restored backup, so it may be wanted.</summary>
    Hold,

    /// <summary>It is to end; its result is kept for a day.</summary>
    Stop,

    /// <summary>The day is over.</summary>
    Forget,
}
