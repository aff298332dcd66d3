namespace Bacalhau.Core.Scheduling;

/// <summary>What becomes of a time at which a scheduled job is due.</summary>
public enum FiringAction
{
    /// <summary>A job is started.</summary>
    Start,

    /// <summary>Nothing, as the job of an earlier time is not over.</summary>
    Skip,

    /// <summary>It waits until the job of an earlier time is over.</summary>
    Hold,
}
